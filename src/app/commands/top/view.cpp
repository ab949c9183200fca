#include "app/commands/top/view.h"

#include "app/commands/top/figures.h"
#include "app/commands/top/troubles.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

namespace mindspace::app::top {

namespace {

constexpr std::size_t kHeadLines = 2;
constexpr std::size_t kMinNameWidth = 12;
constexpr std::string_view kDurations = "mindspace_http_request_duration_seconds";

struct Column {
    std::string_view heading;
    std::size_t width;
    std::string (*cell)(const Node& node);
};

template <int percent>
std::string latency(const Node& node) {
    return duration_text(node.quantile(percent / 100.0, kDurations));
}

// Connections that are up and wanted, and what waits for a response.
std::string server_text(const Node& node, std::string_view prefix) {
    const auto gauge = [&](std::string_view name) {
        return count_text(node.now().sum(fmt::format("{}{}", prefix, name)));
    };
    return fmt::format("{}/{} +{}", gauge("connections"), gauge("connections_wanted"), gauge("in_flight"));
}

constexpr std::array<Column, 8> kTraffic{{
    {"REQ/S", 7, [](const Node& node) { return rate_text(node.rate(kRequests)); }},
    {"5XX/S", 6, [](const Node& node) { return rate_text(node.rate(kRequests, "5xx")); }},
    {"P50", 6, &latency<50>},
    {"P95", 6, &latency<95>},
    {"P99", 6, &latency<99>},
    {"SOCKETS", 8, [](const Node& node) { return count_text(node.now().sum("mindspace_websockets")); }},
    {"ROOMS", 6, [](const Node& node) { return count_text(node.now().sum("mindspace_rooms")); }},
    {"SENT/S", 7, [](const Node& node) { return rate_text(node.rate("mindspace_room_deliveries_total")); }},
}};

constexpr std::array<Column, 7> kResources{{
    {"CPU", 5, [](const Node& node) { return percent_text(node.rate("process_cpu_seconds_total")); }},
    {"MEMORY", 7, [](const Node& node) { return bytes_text(node.now().sum("process_resident_memory_bytes")); }},
    {"POSTGRES", 10, [](const Node& node) { return server_text(node, "mindspace_postgres_"); }},
    {"REDIS", 9, [](const Node& node) { return server_text(node, "mindspace_redis_"); }},
    {"OUTBOX", 7, [](const Node& node) { return count_text(node.now().sum("mindspace_outbox_depth")); }},
    {"OLDEST", 7, [](const Node& node) { return duration_text(node.now().sum("mindspace_outbox_oldest_seconds")); }},
    {"DELAY", 6, [](const Node& node) { return duration_text(node.quantile(0.99, "mindspace_queue_delay_seconds")); }},
}};

// Columns to the right of the names and texts, each preceded by a blank.
template <std::size_t count>
constexpr std::size_t width_of(const std::array<Column, count>& columns) {
    return std::accumulate(columns.begin(), columns.end(), columns.size(),
                           [](std::size_t sum, const Column& column) { return sum + column.width; });
}
constexpr std::size_t kColumns = std::max(width_of(kTraffic), width_of(kResources));

class Page {
public:
    explicit Page(const View& view)
        : name_width_(view.width > kColumns + kMinNameWidth ? view.width - kColumns : kMinNameWidth) {}

    void add(std::string text, Style style = Style::plain) { lines_.push_back({std::move(text), style}); }

    // A line of a table: the node's name, then the rest.
    void add_row(std::string_view name, std::string_view rest, Style style = Style::plain) {
        if (const auto headings = std::exchange(headings_, std::nullopt)) {
            add({});
            add_row("NODE", *headings, Style::heading);
        }
        // The end of a name tells nodes apart.
        const auto cut = name.size() <= name_width_ ? std::string(name)
                                                    : fmt::format("~{}", name.substr(name.size() - name_width_ + 1));
        add(fmt::format("{:<{}}{}", cut, name_width_, rest), style);
    }

    // Of the next table; shown when it has a row.
    void set_headings(std::string headings) { headings_ = std::move(headings); }

    template <std::size_t count>
    void add_table(const std::array<Column, count>& columns, std::span<const Node* const> nodes) {
        std::string headings;
        for (const auto& column : columns) headings += fmt::format(" {:>{}}", column.heading, column.width);
        set_headings(std::move(headings));
        for (const auto* node : nodes) {
            std::string cells;
            for (const auto& column : columns) cells += fmt::format(" {:>{}}", column.cell(*node), column.width);
            add_row(node->name(), cells);
        }
    }

    std::vector<Line> lines() && { return std::move(lines_); }

private:
    std::size_t name_width_;
    std::optional<std::string> headings_;
    std::vector<Line> lines_;
};

double rank(const Node& node, Order order) {
    switch (order) {
        case Order::argument:
            return 0;
        case Order::requests:
            return node.rate(kRequests);
        case Order::errors:
            return node.rate(kRequests, "5xx");
        case Order::latency:
            return node.quantile(0.99, kDurations);
        case Order::sockets:
            return node.now().sum("mindspace_websockets");
    }
    std::unreachable();
}

std::vector<const Node*> in_order(std::span<const Node> nodes, Order order) {
    std::vector<const Node*> ordered;
    for (const auto& node : nodes) ordered.push_back(&node);
    std::ranges::sort(ordered, std::ranges::less(), [&](const Node* node) {
        const auto value = rank(*node, order);
        return std::pair(std::isnan(value) ? 1 : -value, node);
    });
    return ordered;
}

void add_head(Page& page, std::span<const Node> nodes, const View& view, std::string_view clock) {
    std::set<std::string> versions;
    double sockets = 0;
    double rooms = 0;
    double people = 0;
    double groups = 0;
    for (const auto& node : nodes) {
        if (!node.is_up()) continue;
        versions.insert(node.now().version());
        sockets += node.now().sum("mindspace_room_connections");  // a gateway's sockets are also of another role
        rooms += node.now().sum("mindspace_rooms");
        people = std::max(people, node.now().sum("mindspace_meditating_people"));
        groups = std::max(groups, node.now().sum("mindspace_groups_running"));
    }
    const auto title =
        fmt::format("Mind Space{}{}: {} of {} nodes respond, by {}{}", versions.empty() ? "" : " ",
                    fmt::join(versions, ", "), std::ranges::count_if(nodes, &Node::is_up), nodes.size(),
                    names_of(view.order)[static_cast<std::size_t>(view.order)], view.is_paused ? ", PAUSED" : "");
    const auto space = view.width > title.size() + clock.size() ? view.width - title.size() - clock.size() : 1;
    page.add(fmt::format("{}{:{}}{}", title, "", space, clock), Style::title);
    page.add(fmt::format("{} sockets in {} rooms; {} people meditate; {} groups run", count_text(sockets),
                         count_text(rooms), count_text(people), count_text(groups)));
}

void add_nodes_down(Page& page, std::span<const Node* const> nodes, SteadyTime now) {
    for (const auto* node : nodes) {
        if (node->is_up()) continue;
        if (node->failure().empty()) {
            page.add_row(node->name(), " has not responded yet");
            continue;
        }
        const std::chrono::duration<double> time = now - node->failed_at();
        page.add_row(node->name(), fmt::format(" down for {}: {}", duration_text(time.count()), node->failure()),
                     Style::alarm);
    }
}

// Those that do anything.
void add_pools(Page& page, std::span<const Node* const> nodes) {
    page.set_headings(
        fmt::format(" {:<14} {:>9} {:>9} {:>10} {:>7}", "POOL", "RUNNING", "QUEUED", "REJECTED/S", "WAIT"));
    for (const auto* node : nodes) {
        for (const auto& pool : node->now().pools()) {
            const auto gauge = [&](std::string_view name) { return node->now().sum(name, pool); };
            const auto running = gauge("mindspace_pool_running");
            const auto queued = gauge("mindspace_pool_queued");
            const auto wait = node->quantile(0.99, "mindspace_pool_wait_seconds", pool);
            if (running + queued == 0 && std::isnan(wait)) continue;
            page.add_row(
                node->name(),
                fmt::format(" {:<14} {:>9} {:>9} {:>10} {:>7}", pool,
                            count_text(running) + "/" + count_text(gauge("mindspace_pool_threads")),
                            count_text(queued) + "/" + count_text(gauge("mindspace_pool_queue_limit")),
                            rate_text(node->rate("mindspace_pool_rejected_total", pool)), duration_text(wait)));
        }
    }
}

void add_troubles(Page& page, std::span<const Node> nodes) {
    page.set_headings(fmt::format(" {:<36} {:>6} {:>8}", "TROUBLE", "/MIN", "TOTAL"));
    for (const auto& [node, text, per_minute, total] : troubles_of(nodes)) {
        const bool is_now = std::isnan(total) || per_minute > 0;
        page.add_row(node->name(),
                     std::isnan(total)
                         ? " " + text
                         : fmt::format(" {:<36} {:>6} {:>8}", text, rate_text(per_minute), count_text(total)),
                     is_now ? Style::alarm : Style::plain);
    }
}

// What a page contains comes from other machines: it must not control the terminal.
std::string printable(std::string text, std::size_t width) {
    std::ranges::replace_if(text, [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    if (text.size() > width) text.resize(width);
    return text;
}

}  // namespace

std::vector<Line> page_of(std::span<const Node> nodes, const View& view, SteadyTime now, std::string_view clock) {
    Page page(view);
    const auto ordered = in_order(nodes, view.order);
    std::vector<const Node*> up;
    std::ranges::copy_if(ordered, std::back_inserter(up), &Node::is_up);
    add_head(page, nodes, view, clock);
    page.add_table(kTraffic, up);
    add_nodes_down(page, ordered, now);
    page.add_table(kResources, up);
    add_pools(page, up);
    add_troubles(page, nodes);
    auto lines = std::move(page).lines();
    for (auto& line : lines) line.text = printable(std::move(line.text), view.width);
    return lines;
}

std::vector<Line> screen_of(std::vector<Line> page, View& view) {
    const auto space = view.height > kHeadLines + 1 ? view.height - kHeadLines - 1 : 0;  // for the part that scrolls
    const auto length = page.size() - kHeadLines;
    view.first_line = std::min(view.first_line, length > space ? length - space : 0);
    const auto below = length - std::min(length, view.first_line + space);

    std::vector<Line> screen(std::make_move_iterator(page.begin()), std::make_move_iterator(page.begin() + kHeadLines));
    const auto body = std::span(page).subspan(kHeadLines + view.first_line, length - view.first_line - below);
    std::ranges::move(body, std::back_inserter(screen));
    screen.resize(kHeadLines + space);  // the keys are at the bottom
    screen.push_back({.text = printable(fmt::format("q quit  p pause  s sort  up/down scroll{}",
                                                    below == 0 ? "" : fmt::format("  ({} lines below)", below)),
                                        view.width),
                      .style = Style::heading});
    if (screen.size() > view.height) screen.resize(view.height);
    return screen;
}

}  // namespace mindspace::app::top
