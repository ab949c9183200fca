#include "platform/http/access/admission_step.h"

#include "platform/http/api/endpoint.h"
#include "platform/http/server/client_address.h"

#include <stdexcept>

namespace mindspace::http {

namespace {

LimitClass limit_of(const Declaration& declared) {
    return class_of(declared.limit, declared.method == Method::get);
}

Error administrators_only() {
    return {ErrorCode::forbidden, "forbidden", "This request requires the admin role.", {}};
}

}  // namespace

Awaitable<> AdmissionStep::before(Exchange& exchange) {
    const auto& declared = exchange.endpoint->declaration;
    if (limits_ != nullptr) exchange.policy = limits_->of(limit_of(declared));
    if (declared.access != Access::anyone) return admit_caller(exchange);
    return exchange.policy != nullptr ? admit_anyone(exchange) : Awaitable<>();
}

Awaitable<> AdmissionStep::admit_anyone(Exchange& exchange) {
    co_await count_for_network(exchange);
    refuse_excess(exchange);
}

Awaitable<> AdmissionStep::admit_caller(Exchange& exchange) {
    if (admission_ == nullptr) throw std::logic_error("an endpoint for users, without access control");
    if (!exchange.credentials_fault) {
        auto admitted = co_await admission_->admit(std::exchange(exchange.principal, {}), exchange.policy);
        if (admitted.caller) {
            exchange.principal = std::move(*admitted.caller);
            if (exchange.policy != nullptr) exchange.quota = admitted.decision;
        } else {
            exchange.credentials_fault = std::move(admitted.caller).error();
        }
    }
    if (exchange.credentials_fault) co_await count_for_network(exchange);
    if (refuse_excess(exchange)) co_return;
    const bool needs_admin = exchange.endpoint->declaration.access == Access::admin;
    if (exchange.credentials_fault)
        exchange.response = problem(*exchange.credentials_fault, exchange.request_id);
    else if (needs_admin && exchange.principal.role != Role::admin)
        exchange.response = problem(administrators_only(), exchange.request_id);
}

Awaitable<> AdmissionStep::count_for_network(Exchange& exchange) {
    if (exchange.policy == nullptr) co_return;
    const auto key = "{" + network_of(exchange.client.address) + "}:l:" + std::string(exchange.policy->name);
    auto taken = co_await limiter_->consume(key, *exchange.policy);
    exchange.quota = taken.decision;
}

bool AdmissionStep::refuse_excess(Exchange& exchange) {
    if (!exchange.quota || exchange.quota->allowed) return false;
    metrics_.rate_limited[static_cast<std::size_t>(limit_of(exchange.endpoint->declaration))].add(1);
    exchange.response = http::refuse_excess(*exchange.quota, exchange.request_id);
    return true;
}

Awaitable<> AdmissionStep::after(Exchange& exchange, Response& response) {
    if (exchange.quota) append_rate_limit(response, *exchange.policy, *exchange.quota);
    return {};
}

}  // namespace mindspace::http
