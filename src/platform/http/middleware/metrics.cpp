#include "platform/http/middleware/metrics.h"

#include "platform/http/api/router.h"
#include "platform/telemetry/metrics/sum.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace mindspace::http {

CoreMetrics::CoreMetrics(const Router& router) : router_(router), endpoints_(router.endpoints().size() + 1) {}

void CoreMetrics::record(const Endpoint* endpoint, int status, std::chrono::steady_clock::duration took,
                         std::string_view trace_id) {
    auto& metrics = endpoint != nullptr ? endpoints_[endpoint->index] : endpoints_.back();
    metrics.durations[static_cast<std::size_t>(std::clamp(status / 100, 1, 5)) - 1].observe(took, trace_id);
}

void collect(const std::vector<const CoreMetrics*>& servers, telemetry::Page& page) {
    std::map<std::tuple<std::string_view, std::string_view, std::size_t>, telemetry::HistogramSum> durations;
    for (const auto* server : servers) {
        const auto& endpoints = server->router_.endpoints();
        for (std::size_t i = 0; i < server->endpoints_.size(); ++i) {
            const bool is_known = i < endpoints.size();
            const auto route = is_known ? endpoints[i].declaration.path : "unmatched";
            const auto method = is_known ? method_name(endpoints[i].declaration.method) : "any";
            for (std::size_t c = 0; c < server->endpoints_[i].durations.size(); ++c)
                durations[{route, method, c}] += server->endpoints_[i].durations[c];
        }
    }
    for (const auto& [endpoint, duration] : durations) {
        if (duration.count() == 0) continue;
        const auto& [route, method, status] = endpoint;
        const telemetry::Labels labels{{"method", std::string(method)},
                                       {"route", std::string(route)},
                                       {"status", std::to_string(status + 1) + "xx"}};
        page.counter("mindspace_http_requests", "Responses to requests.", duration.count(), labels);
        page.histogram("mindspace_http_request_duration_seconds", "Time from the complete request to its response.",
                       duration, labels);
    }
    const auto add = [&](auto metric) {
        return telemetry::sum(servers, [&](const CoreMetrics& server) { return (server.*metric).value(); });
    };
    const auto gauge = [&](auto metric) { return static_cast<std::int64_t>(add(metric)); };
    page.gauge("mindspace_http_connections", "Open connections, without WebSockets.", gauge(&CoreMetrics::connections));
    page.gauge("mindspace_websockets", "Open WebSockets.", gauge(&CoreMetrics::websockets));
    constexpr std::string_view kSocketsClosed =
        "WebSockets closed because their client did not read (slow), or sent too many frames (flooding).";
    page.counter("mindspace_websockets_closed", kSocketsClosed, add(&CoreMetrics::slow_websockets_closed),
                 {{"reason", "slow"}});
    page.counter("mindspace_websockets_closed", kSocketsClosed, add(&CoreMetrics::flooding_websockets_closed),
                 {{"reason", "flooding"}});
    constexpr std::string_view kConnectionsRefused =
        "Connections refused because too many were open, in total or of their network.";
    page.counter("mindspace_http_connections_refused", kConnectionsRefused, add(&CoreMetrics::connections_refused),
                 {{"bound", "total"}});
    page.counter("mindspace_http_connections_refused", kConnectionsRefused,
                 add(&CoreMetrics::network_connections_refused), {{"bound", "network"}});
    constexpr std::string_view kUnreadRefused =
        "Connections closed because too many bytes of responses were unread, in total or of their network.";
    const auto unread_refused = [&](std::size_t bound) {
        return telemetry::sum(servers, [&](const CoreMetrics& server) { return server.unread_refused[bound].value(); });
    };
    page.counter("mindspace_http_unread_refused", kUnreadRefused, unread_refused(0), {{"bound", "network"}});
    page.counter("mindspace_http_unread_refused", kUnreadRefused, unread_refused(1), {{"bound", "total"}});
    page.gauge("mindspace_http_unread_bytes", "Bytes of responses that their clients have not read yet.",
               gauge(&CoreMetrics::unread_bytes));
    page.counter("mindspace_http_stalled_closed", "Connections closed because their client did not read a response.",
                 add(&CoreMetrics::stalled_clients_closed));
    for (auto limit : {LimitClass::auth, LimitClass::read, LimitClass::write, LimitClass::socket, LimitClass::import}) {
        const auto index = static_cast<std::size_t>(limit);
        page.counter(
            "mindspace_http_rate_limited", "Requests refused by a rate limit.",
            telemetry::sum(servers, [&](const CoreMetrics& server) { return server.rate_limited[index].value(); }),
            {{"policy", std::string(names_of(limit)[index])}});
    }
    page.counter("mindspace_http_proxy_headers_refused",
                 "Connections of proxies that did not begin with a PROXY header.",
                 add(&CoreMetrics::proxy_headers_refused));
    page.counter("mindspace_http_not_from_gateway", "Requests to a role refused because no gateway had signed them.",
                 add(&CoreMetrics::unsigned_refused));
}

}  // namespace mindspace::http
