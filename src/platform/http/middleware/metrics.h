#pragma once
// Figures of the HTTP server. Each core counts for itself, with plain relaxed stores that no other thread writes; the
// metrics page adds the cores up.

#include "platform/http/middleware/step.h"
#include "platform/telemetry/metrics/metrics.h"

#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <vector>

namespace mindspace::http {

class Router;

// What one endpoint has seen on one core.
struct EndpointMetrics {
    std::array<telemetry::Counter, 6> by_class;  // index: status / 100
    telemetry::Histogram duration;
};

class CoreMetrics {
public:
    explicit CoreMetrics(const Router& router);

    // `endpoint` is null for a request that found none.
    void record(const Endpoint* endpoint, int status, std::chrono::steady_clock::duration took);

    telemetry::Gauge connections;
    telemetry::Gauge websockets;
    telemetry::Counter slow_websockets_closed;
    telemetry::Counter flooding_websockets_closed;
    telemetry::Counter connections_refused;            // because of all that are open
    telemetry::Counter network_connections_refused;    // because of those of its network
    std::array<telemetry::Counter, 2> unread_refused;  // responses, by ClientNetworks::Bound that was reached
    telemetry::Gauge unread_bytes;                     // of responses that are being written
    telemetry::Counter stalled_clients_closed;         // of requests: they did not read their response
    telemetry::Counter rate_limited;
    telemetry::Counter proxy_headers_refused;
    telemetry::Counter unsigned_refused;  // requests, where only gateways may call

private:
    friend void collect(const Router&, const std::vector<const CoreMetrics*>&, telemetry::Page&);
    std::vector<EndpointMetrics> endpoints_;  // by Endpoint::index; the last one is for no endpoint
};

// Counts every response, and how long it took.
class MetricsStep final : public Step {
public:
    explicit MetricsStep(CoreMetrics& metrics) : metrics_(metrics) {}
    Awaitable<> after(Exchange& exchange, Response& response) override {
        exchange.took = Exchange::Clock::now() - exchange.began;
        metrics_.record(exchange.endpoint, response.status, exchange.took);
        return {};
    }

private:
    CoreMetrics& metrics_;
};

// Adds the figures of all cores to the page. The cores must share the order of the router's rows.
void collect(const Router& router, const std::vector<const CoreMetrics*>& cores, telemetry::Page& page);

}  // namespace mindspace::http
