#pragma once
// The way of every request: admission, request id, route, allowance, credentials, handler; and of every answer: problem
// document, cross-origin fields, compression, metrics, access log. The request boundary: faults end here, are logged
// once and become 500 or 503. One per core.

#include "platform/async/worker_pool.h"
#include "platform/http/api/endpoint.h"
#include "platform/http/api/router.h"
#include "platform/http/middleware/cors.h"
#include "platform/http/middleware/gateway_keys.h"
#include "platform/http/middleware/metrics.h"
#include "platform/http/middleware/overload_control.h"
#include "platform/idempotency/idempotency.h"
#include "platform/limits/rate_limiter.h"
#include "platform/telemetry/log/access_log.h"

namespace mindspace::http {

// What stands between the server and the handlers. All of it must outlive the dispatcher; what is null is left out.
struct Middleware {
    Guard* guard = nullptr;  // needed by endpoints that are not for anyone
    limits::RateLimiter* limiter = nullptr;
    const RateLimits* limits = nullptr;  // with a limiter
    const CorsPolicy* cors = nullptr;
    Idempotency* idempotency = nullptr;
    WorkerPool* compression = nullptr;
    WorkerPool* large_bodies = nullptr;
    log::AccessLog* access_log = nullptr;
    const GatewayKeys* gateway = nullptr;  // if only gateways may call, which have limited who calls how often
    OverloadControl* overload = nullptr;
};

class Dispatcher {
public:
    Dispatcher(const Router& router, const Middleware& middleware, CoreMetrics& metrics)
        : router_(router), middleware_(middleware), metrics_(metrics) {}

    // The row of a request.
    [[nodiscard]] Router::Match find(const RequestHead& head) const { return router_.find(head.method, head.path); }

    // Before anything else is done for a request, the reading of its content included. The response, if it is too much
    // for this core now.
    std::optional<Response> refuse_overload(const RequestHead& head, const Router::Match& match);

    // For a request that is not refused. Never throws.
    Awaitable<Response> handle(Exchange& exchange, const Router::Match& match);

    // How long the content of such a request may be.
    [[nodiscard]] std::size_t max_body(const RequestHead& head) const;

    // When a client that is refused now is heard again, should it come back before.
    [[nodiscard]] std::chrono::steady_clock::time_point turn_after_refusal(
        std::chrono::steady_clock::time_point now) const {
        return middleware_.overload != nullptr ? middleware_.overload->turn_after_refusal(now) : now;
    }

    // For a message that is refused before it was a whole request, with what could be read of its fields: counts and
    // logs the refusal.
    Response refuse(const ParseFailure& failure, std::vector<Header> fields, const ClientInfo& client);

    // For a request whose handler takes too long, and goes on.
    Response give_up(const Exchange& exchange) const;

private:
    Awaitable<Response> dispatch(Exchange& exchange, const Router::Match& match);
    std::optional<Response> refuse_unsigned(Exchange& exchange, const Router::Match& match);
    Awaitable<Response> call(Exchange& exchange, const Endpoint& endpoint);
    Awaitable<Admission> admit(Exchange& exchange, const Declaration& declared, const limits::Policy* policy);
    Awaitable<limits::Verdict> take_by_network(const Exchange& exchange, const limits::Policy* policy);
    Awaitable<Response> answer(Exchange& exchange, const Endpoint& endpoint);
    void mark(const Exchange& exchange, std::string_view methods, Response& response) const;
    Awaitable<> pack(const Exchange& exchange, Response& response);
    void record(const Exchange& exchange, const Endpoint* endpoint, const Response& response,
                std::chrono::steady_clock::duration took);

    const Router& router_;
    const Middleware middleware_;
    CoreMetrics& metrics_;
    std::chrono::steady_clock::time_point unsigned_logged_at_{};
};

}  // namespace mindspace::http
