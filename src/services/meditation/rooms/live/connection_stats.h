#pragma once
// Which process holds how many sockets of which room, known to all processes: each core says it every few seconds, in
// Redis, and what is not said again expires, so that those of a dead node vanish. For people who look after the nodes
// (GET /connections of the management listener, metrics) and for GET /analytics/now, by count_connections() of
// client.h; nothing of a room depends on it.
//
//     ConnectionStats stats(loop, redis, rooms, "web1:4242/0");
//     stats.start();  …  stats.stop();

#include "platform/async/task_group.h"
#include "services/meditation/rooms/live/rooms.h"

namespace mindspace::meditation {

struct NodeCount {
    std::string node;  // a process: "host:pid"
    std::int64_t connections = 0;
    std::vector<RoomCount> rooms;  // those with the most, at most kRoomsShown

    static constexpr std::string_view kName = "NodeCount";
    static constexpr auto fields() {
        return std::tuple{field("node", &NodeCount::node), field("connections", &NodeCount::connections),
                          field("rooms", &NodeCount::rooms)};
    }
    static constexpr std::size_t kRoomsShown = 100;
};

class ConnectionStats {
public:
    // `name` is the process and, after a '/', the core. What it says lives for `ttl`, and is said three times in it.
    ConnectionStats(asio::io_context& loop, redis::Client& redis, const LiveRooms& rooms, std::string name,
                    Milliseconds ttl = Milliseconds{15'000});

    void start() { tasks_.spawn(keep_reporting()); }
    void stop() { tasks_.cancel(); }

    // Says so. Fault: Unavailable.
    Awaitable<> report(std::vector<RoomCount> counts);
    // What all processes have said, by their names. Fault: Unavailable.
    Awaitable<std::vector<NodeCount>> read();

    // As of the last report: cores that take part, and the sockets of all of them.
    [[nodiscard]] std::int64_t known_cores() const { return known_cores_.value(); }
    [[nodiscard]] std::int64_t known_connections() const { return known_connections_.value(); }

private:
    Awaitable<> keep_reporting();

    redis::Client& redis_;
    const LiveRooms& rooms_;
    std::string name_;
    Milliseconds ttl_;
    telemetry::Gauge known_cores_;
    telemetry::Gauge known_connections_;
    TaskGroup tasks_;
};

}  // namespace mindspace::meditation
