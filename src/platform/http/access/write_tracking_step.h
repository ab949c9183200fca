#pragma once
// After a call that may have changed data of its user, makes their next read show it, whichever replica responds. The
// last step before the handler, so it acts only if the handler was called; if another process handles the call, that
// process does it.

#include "platform/http/access/write_tracking.h"
#include "platform/http/middleware/step.h"

namespace mindspace::http {

class WriteTrackingStep final : public Step {
public:
    explicit WriteTrackingStep(WriteTracking& writes) : writes_(writes) {}
    Awaitable<> before(Exchange& exchange) override;
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    WriteTracking& writes_;
};

}  // namespace mindspace::http
