#include "services/meditation/rooms/live/connection_stats.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/redis/connection/client.h"
#include "platform/telemetry/log/log.h"
#include "services/meditation/client.h"

#include <algorithm>
#include <map>
#include <utility>

namespace mindspace::meditation {

namespace {

// All in one slot of a cluster: there are few of these keys, and they are seldom used.
// cores   sorted set: core by the time (ms, Redis's clock) at which its report expires
// totals  hash: core → sockets
// rooms   hash, one per core: room → sockets
constexpr std::string_view kCores = "{live}:cores";
constexpr std::string_view kTotals = "{live}:totals";
constexpr std::string_view kRooms = "{live}:rooms:";

std::string rooms_key(std::string_view core) {
    return std::string(kRooms) + std::string(core);
}

const redis::Script kReport = redis::Script::make("connection_stats_report",
#include "services/meditation/rooms/live/connection_stats_report.lua.inc"
);

const redis::Script kListCores = redis::Script::make("connection_stats_list",
#include "services/meditation/rooms/live/connection_stats_list.lua.inc"
);

const redis::Script kCount = redis::Script::make("connection_stats_count",
#include "services/meditation/rooms/live/connection_stats_count.lua.inc"
);

std::string_view process_of(std::string_view core) {
    return core.substr(0, core.rfind('/'));
}

}  // namespace

ConnectionStats::ConnectionStats(asio::io_context& loop, redis::Client& redis, const LiveRooms& rooms, std::string name,
                                 Milliseconds ttl)
    : redis_(redis), rooms_(rooms), name_(std::move(name)), ttl_(ttl), tasks_(loop) {}

Awaitable<> ConnectionStats::report_periodically() {
    while (!tasks_.is_cancelled()) {
        try {
            co_await report(rooms_.count_connections());
        } catch (const Unavailable& fault) {
            log::debug("connections not reported", {{"error.message", fault.what()}});
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            log::error("connections not reported",
                       {{"event.action", "internal_error"}, {"error.message", fault.what()}});
        }
        co_await sleep_for(ttl_ / 3);
    }
}

Awaitable<> ConnectionStats::report(std::vector<RoomCount> counts) {
    std::int64_t total = 0;
    for (const auto& count : counts) total += count.connections;
    std::vector<std::string> values{name_, std::to_string(ttl_.count()), std::to_string(total)};
    for (const auto& count : counts) {
        values.push_back(count.group.to_string());
        values.push_back(std::to_string(count.connections));
    }
    const auto rooms = rooms_key(name_);
    const std::vector<std::string_view> keys{kCores, kTotals, rooms};
    const std::vector<std::string_view> arguments(values.begin(), values.end());
    const auto known = co_await redis_.run(kReport, keys, arguments);
    known_cores_.set(known.at(0).as_integer());
    known_connections_.set(known.at(1).as_integer());
}

Awaitable<std::int64_t> count_connections(redis::Client& redis) {
    const std::vector<std::string_view> keys{kCores, kTotals};
    const auto sum = co_await redis.run(kCount, keys, {});
    co_return sum.as_integer();
}

Awaitable<std::vector<NodeCount>> ConnectionStats::read() {
    std::map<std::string, std::map<GroupId, std::int64_t>, std::less<>> nodes;
    const std::vector<std::string_view> keys{kCores};
    const auto cores = co_await redis_.run(kListCores, keys, {});
    for (const auto& core : cores.items()) {
        auto& node = nodes[std::string(process_of(core.as_string()))];
        const auto key = rooms_key(core.as_string());
        std::vector<std::string_view> command{"HGETALL", key};
        const auto rooms = co_await redis_.command(std::move(command));
        for (std::size_t i = 0; i + 1 < rooms.size(); i += 2)
            node[GroupId::parse(rooms.at(i).as_string()).value()] += std::stoll(rooms.at(i + 1).as_string());
    }
    std::vector<NodeCount> counts;
    for (const auto& [name, rooms] : nodes) {
        auto& count = counts.emplace_back(NodeCount{.node = name, .rooms = {}});
        for (const auto& [group, connections] : rooms) {
            count.connections += connections;
            count.rooms.push_back({group, connections});
        }
        std::ranges::sort(count.rooms, {},
                          [](const RoomCount& room) { return std::pair(-room.connections, room.group); });
        count.rooms.resize(std::min(count.rooms.size(), NodeCount::kRoomsShown));
    }
    co_return counts;
}

}  // namespace mindspace::meditation
