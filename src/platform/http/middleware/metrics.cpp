#include "platform/http/middleware/metrics.h"

#include "platform/http/api/router.h"

#include <algorithm>

namespace mindspace::http {

CoreMetrics::CoreMetrics(const Router& router) : endpoints_(router.endpoints().size() + 1) {}

void CoreMetrics::record(const Endpoint* endpoint, int status, std::chrono::steady_clock::duration took) {
    auto& figures = endpoint != nullptr ? endpoints_[endpoint->index] : endpoints_.back();
    figures.by_class[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))].add(1);
    figures.duration.observe(took);
}

void collect(const Router& router, const std::vector<const CoreMetrics*>& cores, telemetry::Page& page) {
    auto rows = router.endpoints().size();
    for (std::size_t i = 0; i <= rows; ++i) {
        std::string route = i < rows ? std::string(router.endpoints()[i].declaration.path) : "unmatched";
        std::string method = i < rows ? std::string(method_name(router.endpoints()[i].declaration.method)) : "any";
        telemetry::HistogramSum duration;
        std::array<std::uint64_t, 6> by_class{};
        for (const auto* core : cores) {
            duration += core->endpoints_[i].duration;
            for (std::size_t c = 0; c < by_class.size(); ++c) by_class[c] += core->endpoints_[i].by_class[c].value();
        }
        if (duration.count() == 0) continue;
        for (std::size_t c = 1; c < by_class.size(); ++c)
            if (by_class[c] != 0)
                page.counter("mindspace_http_requests", "Responses to requests.", by_class[c],
                             {{"method", method}, {"route", route}, {"status", std::to_string(c) + "xx"}});
        page.histogram("mindspace_http_request_duration_seconds", "Time from the complete request to its response.",
                       duration, {{"method", method}, {"route", route}});
    }
    std::int64_t connections = 0;
    std::int64_t websockets = 0;
    std::uint64_t slow = 0;
    std::uint64_t flooding = 0;
    std::uint64_t refused = 0;
    std::uint64_t network_refused = 0;
    std::array<std::uint64_t, 2> unread_refused{};
    std::int64_t unread_bytes = 0;
    std::uint64_t stalled = 0;
    std::uint64_t limited = 0;
    std::uint64_t headers_refused = 0;
    std::uint64_t unsigned_refused = 0;
    for (const auto* core : cores) {
        connections += core->connections.value();
        websockets += core->websockets.value();
        slow += core->slow_websockets_closed.value();
        refused += core->connections_refused.value();
        network_refused += core->network_connections_refused.value();
        for (std::size_t i = 0; i < unread_refused.size(); ++i) unread_refused[i] += core->unread_refused[i].value();
        unread_bytes += core->unread_bytes.value();
        flooding += core->flooding_websockets_closed.value();
        stalled += core->stalled_clients_closed.value();
        limited += core->rate_limited.value();
        headers_refused += core->proxy_headers_refused.value();
        unsigned_refused += core->unsigned_refused.value();
    }
    page.gauge("mindspace_http_connections", "Open connections, WebSockets included.", connections);
    page.gauge("mindspace_websockets", "Open WebSockets.", websockets);
    page.counter("mindspace_websockets_slow_closed", "WebSockets closed because their client did not read.", slow);
    page.counter("mindspace_websockets_flooding_closed", "WebSockets closed because their client sent too many frames.",
                 flooding);
    page.counter("mindspace_http_connections_refused", "Connections refused because too many were open.", refused,
                 {{"bound", "total"}});
    page.counter("mindspace_http_connections_refused", "Connections refused because too many were open.",
                 network_refused, {{"bound", "network"}});
    constexpr std::string_view kUnreadRefused = "Connections closed because too many bytes of responses were unread.";
    page.counter("mindspace_http_unread_refused", std::string(kUnreadRefused), unread_refused[0],
                 {{"bound", "network"}});
    page.counter("mindspace_http_unread_refused", std::string(kUnreadRefused), unread_refused[1], {{"bound", "total"}});
    page.gauge("mindspace_http_unread_bytes", "Bytes of responses that their clients have not read yet.", unread_bytes);
    page.counter("mindspace_http_stalled_closed", "Connections closed because their client did not read a response.",
                 stalled);
    page.counter("mindspace_http_rate_limited", "Requests refused by a rate limit.", limited);
    page.counter("mindspace_http_proxy_headers_refused",
                 "Connections of proxies that did not begin with a PROXY header.", headers_refused);
    page.counter("mindspace_http_not_from_gateway", "Requests to a role refused because no gateway had signed them.",
                 unsigned_refused);
}

}  // namespace mindspace::http
