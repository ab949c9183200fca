#pragma once
// Metrics of the HTTP server. Each core has its own counters, written with relaxed stores by its thread only; the
// metrics page adds those of all cores.

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

// The requests of one endpoint on one core.
struct EndpointMetrics {
    std::array<telemetry::TracedHistogram, 5> durations;  // by class of status: 1xx is the first
};

class CoreMetrics {
public:
    explicit CoreMetrics(const Router& router);

    // `endpoint` is null for a request without one; `trace_id` is "" without a trace.
    void record(const Endpoint* endpoint, int status, std::chrono::steady_clock::duration took,
                std::string_view trace_id);

    telemetry::Gauge connections;
    telemetry::Gauge websockets;
    telemetry::Counter slow_websockets_closed;
    telemetry::Counter flooding_websockets_closed;
    telemetry::Counter connections_refused;            // at the limit of this core
    telemetry::Counter network_connections_refused;    // at the limit of their network
    std::array<telemetry::Counter, 2> unread_refused;  // responses, by the ClientNetworks::Bound they would exceed
    telemetry::Gauge unread_bytes;                     // of responses that are being written
    telemetry::Counter stalled_clients_closed;         // connections whose client did not read the response
    std::array<telemetry::Counter, names_of(LimitClass{}).size()> rate_limited;  // by class
    telemetry::Counter proxy_headers_refused;
    telemetry::Counter unsigned_refused;  // requests, where only gateways may call

private:
    friend void collect(const std::vector<const CoreMetrics*>&, telemetry::Page&);

    const Router& router_;
    std::vector<EndpointMetrics> endpoints_;  // by Endpoint::index; the last one is for no endpoint
};

// Counts every response, and measures its duration.
class MetricsStep final : public Step {
public:
    explicit MetricsStep(CoreMetrics& metrics) : metrics_(metrics) {}
    Awaitable<> after(Exchange& exchange, Response& response) override {
        exchange.duration = Exchange::Clock::now() - exchange.started_at;
        // Only traces that are recorded become exemplars.
        const auto& trace = exchange.trace;
        const bool may_exist = trace.is_sampled || telemetry::text_of(trace.span_id).empty();
        metrics_.record(exchange.endpoint, response.status, exchange.duration,
                        may_exist ? telemetry::text_of(trace.trace_id) : std::string_view());
        return {};
    }

private:
    CoreMetrics& metrics_;
};

// Adds the metrics of all servers on all cores to the page. An endpoint that several servers have is shown once.
void collect(const std::vector<const CoreMetrics*>& servers, telemetry::Page& page);

}  // namespace mindspace::http
