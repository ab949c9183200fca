#include "platform/http/middleware/negotiation_step.h"

#include "platform/http/api/endpoint.h"
#include "platform/http/websocket/handshake.h"
#include "platform/http/wire/negotiation.h"

namespace mindspace::http {

namespace {

Response refuse_handshake(const ParseFailure& failure, std::string_view request_id) {
    auto response = problem(failure.status, "bad_handshake", failure.reason, request_id);
    if (failure.status == 426) {
        response.headers.emplace_back("Upgrade", "websocket");
        response.headers.emplace_back("Sec-WebSocket-Version", "13");
    }
    return response;
}

}  // namespace

Awaitable<> NegotiationStep::before(Exchange& exchange) {
    const auto& endpoint = *exchange.endpoint;
    if (endpoint.declaration.websocket) {
        const auto accept = check_websocket_handshake(exchange.head);
        if (!accept) {
            exchange.response = refuse_handshake(accept.error(), exchange.request_id);
            return {};
        }
    }
    if (endpoint.types.response != nullptr && !accepts_json(exchange.head.find("accept").value_or("")))
        exchange.response =
            problem(406, "not_acceptable", "The response is available as application/json only.", exchange.request_id);
    return {};
}

}  // namespace mindspace::http
