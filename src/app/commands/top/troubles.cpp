#include "app/commands/top/troubles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <tuple>

namespace mindspace::app::top {

namespace {

struct CountedTrouble {
    std::string_view counter;
    const char* text;
    std::string_view part = {};
};

constexpr std::array<CountedTrouble, 26> kCounted{{
    {kRequests, "requests failed (5xx)", "5xx"},
    {"mindspace_http_rate_limited_total", "requests over a rate limit"},
    {"mindspace_overload_refused_total", "requests refused: overload"},
    {"mindspace_http_connections_refused_total", "connections refused: too many"},
    {"mindspace_http_stalled_closed_total", "clients that do not read, closed"},
    {"mindspace_http_unread_refused_total", "clients refused: unread responses"},
    {"mindspace_http_not_from_gateway_total", "requests without a gateway, refused"},
    {"mindspace_websockets_closed_total", "sockets closed: slow or flooding"},
    {"mindspace_pool_rejected_total", "jobs rejected: pool is full"},
    {"mindspace_postgres_errors_total", "PostgreSQL: requests failed"},
    {"mindspace_postgres_timeouts_total", "PostgreSQL: timeouts"},
    {"mindspace_postgres_reconnects_total", "PostgreSQL: reconnections"},
    {"mindspace_redis_errors_total", "Redis: errors"},
    {"mindspace_redis_timeouts_total", "Redis: timeouts"},
    {"mindspace_redis_reconnects_total", "Redis: reconnections"},
    {"mindspace_redis_refused_total", "Redis: out of memory"},
    {"mindspace_upstream_refused_total", "other roles: no free connection"},
    {"mindspace_upstream_ejections_total", "other roles: nodes ejected"},
    {"mindspace_room_tasks_failed_total", "rooms: calls of servers failed"},
    {"mindspace_room_participants_lost_total", "rooms: participants lost"},
    {"mindspace_event_publish_failures_total", "events: batches sent again"},
    {"mindspace_event_dead_letters_total", "events: dead letters"},
    {"mindspace_analytics_divergence_total", "users with wrong statistics"},
    {"mindspace_mails_failed_total", "mails: failed attempts"},
    {"mindspace_log_lost_total", "log lines lost"},
    {"mindspace_trace_spans_dropped_total", "spans dropped"},
}};

// A server that the program keeps connections to; it may have several clients.
struct ServerGauges {
    const char* name;
    std::string_view up;
    std::string_view wanted;
};

constexpr std::array<ServerGauges, 2> kServers{{
    {"PostgreSQL", "mindspace_postgres_connections", "mindspace_postgres_connections_wanted"},
    {"Redis", "mindspace_redis_connections", "mindspace_redis_connections_wanted"},
}};

void add_states(const Node& node, std::vector<Trouble>& found) {
    const auto& page = node.now();
    const auto add = [&](std::string text) {
        found.push_back({.node = &node, .text = std::move(text), .per_minute = kUnknown, .total = kUnknown});
    };
    if (page.sum("mindspace_overloaded") > 0) add("overloaded");
    for (const auto& [name, up, wanted] : kServers)
        if (page.sum(up) < page.sum(wanted)) add(std::string(name) + ": connections are missing");
}

void add_counted(const Node& node, std::vector<Trouble>& found) {
    for (const auto& [counter, text, part] : kCounted)
        if (const auto total = node.now().sum(counter, part); total > 0)
            found.push_back({.node = &node, .text = text, .per_minute = node.rate(counter, part) * 60, .total = total});
}

// Smaller is worse; nodes stay in their order.
auto position_of(const Trouble& trouble) {
    const bool is_state = std::isnan(trouble.total);
    const auto rate = std::isnan(trouble.per_minute) ? 0.0 : trouble.per_minute;
    return std::tuple(!is_state, -rate, is_state ? 0.0 : -trouble.total, trouble.node);
}

}  // namespace

std::vector<Trouble> troubles_of(std::span<const Node> nodes) {
    std::vector<Trouble> found;
    for (const auto& node : nodes) {
        add_states(node, found);
        add_counted(node, found);
    }
    std::ranges::sort(found, std::ranges::less(), position_of);
    return found;
}

}  // namespace mindspace::app::top
