#pragma once
// If only gateways may call: refuses unsigned requests (403) except health checks, takes the client's address from the
// gateway, and signs the response, which proves that it comes from a role (gateway_keys.h).

#include "platform/http/access/gateway_keys.h"
#include "platform/http/middleware/metrics.h"
#include "platform/http/middleware/step.h"

namespace mindspace::http {

class GatewayStep final : public Step {
public:
    GatewayStep(const GatewayKeys& keys, CoreMetrics& metrics) : keys_(keys), metrics_(metrics) {}
    Awaitable<> before(Exchange& exchange) override;
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    void refuse(Exchange& exchange, SignatureFault fault);

    const GatewayKeys& keys_;
    CoreMetrics& metrics_;
    Exchange::Clock::time_point logged_at_{};  // the last refusal in the log
};

}  // namespace mindspace::http
