#pragma once
// Where only gateways may call: refuses what none has signed (403), but for health checks, believes the gateway who its
// client is, and proves with the response that it comes from a role (gateway_keys.h).

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
    Exchange::Clock::time_point logged_at_{};  // when the log was last told
};

}  // namespace mindspace::http
