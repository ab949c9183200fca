#pragma once
// After a call that may have changed data of its user, has their next read show it, whichever replica responds. Behind
// all other steps, so that it sees what a handler was called for; where another process handles the call, that one
// does.

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
