#pragma once
// Which process holds how many sockets of which room, shared by all processes: each core reports it in Redis every few
// seconds. A report that is not renewed expires, so those of a dead node disappear. For operators (GET /connections of
// the management listener, metrics) and for GET /analytics/now, through count_connections() of client.h; no room
// depends on it.
//
// //     ConnectionStats stats(loop, redis, rooms, "web1:4242/0");
//     stats.start();  …  stats.stop();

#include "platform/async/task_group.h"
#include "services/meditation/rooms/live/rooms.h"

namespace mindspace::meditation {

struct NodeCount {
    std::string node;  // a process: "host:pid"
    std::int64_t connections = 0;
    std::vector<RoomCount> rooms;  // those with the most sockets, at most kRoomsShown

    static constexpr std::string_view kName = "NodeCount";
    static constexpr auto fields() {
        return std::tuple{field("node", &NodeCount::node), field("connections", &NodeCount::connections),
                          field("rooms", &NodeCount::rooms)};
    }
    static constexpr std::size_t kRoomsShown = 100;
};

class ConnectionStats {
public:
    // `name` is the process and, after a '/', the core. A report is valid for `ttl`, and is renewed three times in it.
    ConnectionStats(asio::io_context& loop, redis::Client& redis, const LiveRooms& rooms, std::string name,
                    Milliseconds ttl = Milliseconds{15'000});

    void start() { tasks_.spawn(report_periodically()); }
    void stop() { tasks_.cancel(); }

    // Writes the report of this core. Fault: Unavailable.
    Awaitable<> report(std::vector<RoomCount> counts);
    // The reports of all processes, ordered by name. Fault: Unavailable.
    Awaitable<std::vector<NodeCount>> read();

    // From the last report: the number of reporting cores, and the number of their sockets.
    [[nodiscard]] std::int64_t known_cores() const { return known_cores_.value(); }
    [[nodiscard]] std::int64_t known_connections() const { return known_connections_.value(); }

private:
    Awaitable<> report_periodically();

    redis::Client& redis_;
    const LiveRooms& rooms_;
    std::string name_;
    Milliseconds ttl_;
    telemetry::Gauge known_cores_;
    telemetry::Gauge known_connections_;
    TaskGroup tasks_;
};

}  // namespace mindspace::meditation
