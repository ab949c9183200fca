#pragma once
// One line in the access log for every response.

#include "platform/http/middleware/step.h"
#include "platform/telemetry/log/access_log.h"

namespace mindspace::http {

class AccessLogStep final : public Step {
public:
    explicit AccessLogStep(log::AccessLog& log) : log_(log) {}
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    log::AccessLog& log_;
};

}  // namespace mindspace::http
