#include "platform/http/access/gateway_step.h"

#include "platform/http/api/endpoint.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::http {

namespace {

constexpr auto kLogInterval = std::chrono::seconds(10);

}  // namespace

Awaitable<> GatewayStep::before(Exchange& exchange) {
    if (exchange.endpoint != nullptr && exchange.endpoint->declaration.health) return {};
    const auto signature = keys_.verify(exchange.head, SystemClock{}.now());
    if (signature) {
        exchange.signature = *signature;
        if (const auto client = exchange.head.find("x-forwarded-for")) exchange.client.address = *client;
    } else if (!exchange.refusal) {  // its response contains nothing confidential
        refuse(exchange, signature.error());
    }
    return {};
}

void GatewayStep::refuse(Exchange& exchange, SignatureFault fault) {
    metrics_.unsigned_refused.add(1);
    if (exchange.started_at - logged_at_ >= kLogInterval) {  // an attacker must not fill the log
        logged_at_ = exchange.started_at;
        log::warn("refused a request that is not from a gateway",
                  {{"event.action", "not_from_gateway"},
                   {"client.ip", exchange.client.address},
                   {"http.request.id", exchange.request_id},
                   {"error.message", names_of(fault)[static_cast<std::size_t>(fault)]}});
    }
    exchange.response = problem(403, "not_from_gateway", "Only gateways can call this port.", exchange.request_id);
}

Awaitable<> GatewayStep::after(Exchange& exchange, Response& response) {
    if (!exchange.signature.empty())
        response.headers.emplace_back(kSignatureField, keys_.prove(exchange.signature, response.status));
    return {};
}

}  // namespace mindspace::http
