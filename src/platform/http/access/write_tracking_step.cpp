#include "platform/http/access/write_tracking_step.h"

#include "platform/http/api/endpoint.h"

namespace mindspace::http {

Awaitable<> WriteTrackingStep::before(Exchange& exchange) {
    const auto& endpoint = *exchange.endpoint;
    const bool is_write = endpoint.declaration.method != Method::get;
    exchange.may_have_written = is_write && endpoint.declaration.access != Access::anyone && !endpoint.forwarded;
    return {};
}

// Not after a fault: the database may be unavailable.
Awaitable<> WriteTrackingStep::after(Exchange& exchange, Response& response) {
    if (!exchange.may_have_written || response.status >= 500) return {};
    return writes_.record_write(exchange.principal.user);
}

}  // namespace mindspace::http
