#pragma once
// Metrics of the HTTP server. Each core counts for itself, with plain relaxed stores that no other thread writes; the
// metrics page adds the cores up.

#include "platform/http/access/rate_limit.h"
#include "platform/http/middleware/step.h"
#include "platform/telemetry/metrics/page.h"

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <vector>

namespace mindspace::http {

class Router;

// What one endpoint has seen on one core.
struct EndpointMetrics {
    std::array<telemetry::TracedHistogram, 5> durations;  // by class of status: 1xx is the first
};

class CoreMetrics {
public:
    explicit CoreMetrics(const Router& router);

    // `endpoint` is null for a request that found none, `trace_id` is "" without a trace.
    void record(const Endpoint* endpoint, int status, std::chrono::steady_clock::duration took,
                std::string_view trace_id);

    telemetry::Gauge connections;
    telemetry::Gauge websockets;
    telemetry::Counter slow_websockets_closed;
    telemetry::Counter flooding_websockets_closed;
    telemetry::Counter connections_refused;            // because of all that are open
    telemetry::Counter network_connections_refused;    // because of those of its network
    std::array<telemetry::Counter, 2> unread_refused;  // responses, by ClientNetworks::Bound that was reached
    telemetry::Gauge unread_bytes;                     // of responses that are being written
    telemetry::Counter stalled_clients_closed;         // of requests: they did not read their response
    std::array<telemetry::Counter, names_of(LimitClass{}).size()> rate_limited;  // by class
    telemetry::Counter proxy_headers_refused;
    telemetry::Counter unsigned_refused;  // requests, where only gateways may call

private:
    friend void collect(const std::vector<const CoreMetrics*>&, telemetry::Page&);

    const Router& router_;
    std::vector<EndpointMetrics> endpoints_;  // by Endpoint::index; the last one is for no endpoint
};

// Counts every response, and how long it took.
class MetricsStep final : public Step {
public:
    explicit MetricsStep(CoreMetrics& metrics) : metrics_(metrics) {}
    Awaitable<> after(Exchange& exchange, Response& response) override {
        exchange.took = Exchange::Clock::now() - exchange.began;
        // An exemplar that leads to a trace that is not recorded would lead nowhere.
        const auto& trace = exchange.trace;
        const bool may_exist = trace.is_sampled || telemetry::text_of(trace.span_id).empty();
        metrics_.record(exchange.endpoint, response.status, exchange.took,
                        may_exist ? telemetry::text_of(trace.trace_id) : std::string_view());
        return {};
    }

private:
    CoreMetrics& metrics_;
};

// Adds the metrics of all servers on all cores to the page. An endpoint that several servers have is shown once.
void collect(const std::vector<const CoreMetrics*>& servers, telemetry::Page& page);

}  // namespace mindspace::http
