#pragma once
// The way of every request: request id, route, credentials, handler; and of every answer: problem document, metrics,
// access log. The request boundary: faults end here, are logged once and become 500 or 503. One per core.

#include "platform/http/endpoint.h"
#include "platform/http/metrics.h"
#include "platform/http/router.h"
#include "platform/telemetry/access_log.h"

namespace mindspace::http {

class Dispatcher {
public:
    // All of them must outlive the dispatcher; `guard` may be null when no endpoint needs credentials.
    Dispatcher(const Router& router, Guard* guard, CoreMetrics& metrics, log::AccessLog* access_log)
        : router_(router), guard_(guard), metrics_(metrics), access_log_(access_log) {}

    // Never throws.
    Awaitable<Response> handle(Exchange& exchange);

    // For a message that was no request: counts and logs the refusal.
    Response refuse(const ParseFailure& failure, const ClientInfo& client);

private:
    Awaitable<Response> dispatch(Exchange& exchange, const Router::Match& match);
    Awaitable<Response> call(Exchange& exchange, const Endpoint& endpoint);
    void record(const Exchange& exchange, const Endpoint* endpoint, const Response& response,
                std::chrono::steady_clock::duration took);

    const Router& router_;
    Guard* guard_;
    CoreMetrics& metrics_;
    log::AccessLog* access_log_;
};

}  // namespace mindspace::http
