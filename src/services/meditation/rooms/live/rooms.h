#pragma once
// All rooms that this core has sockets of, and the clock that drives them. Also runs the reconciler of groups that no
// room manages (groups/reconciler.h). One object per core, on its loop; outlives the core's sockets.
//
//     redis::Subscriber subscriber(…);
//     LiveRooms rooms(loop, {database, redis, subscriber}, access, settings);
//     subscriber.on_gap([&rooms] { rooms.handle_gap(); });
//     rooms.start();  …  rooms.drain(window);  …  rooms.stop();

#include "platform/http/access/access_control.h"
#include "services/meditation/groups/reconciler.h"
#include "services/meditation/settings.h"

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

namespace mindspace::telemetry {
class Tracer;
}

namespace mindspace::meditation {

struct LiveBackends {
    postgres::Client& database;
    redis::Client& redis;
    redis::Subscriber& subscriber;
    const telemetry::Tracer* tracer = nullptr;  // null: no traces
};

struct RoomCount {
    GroupId group{};
    std::int64_t connections = 0;

    static constexpr std::string_view kName = "RoomCount";
    static constexpr auto fields() {
        return std::tuple{field("groupId", &RoomCount::group), field("connections", &RoomCount::connections)};
    }
};

class LiveRooms {
public:
    LiveRooms(asio::io_context& loop, LiveBackends backends, http::AccessControl access, const LiveSettings& settings);

    void start();
    // Ends the clock and the tasks of the rooms; the server closes the sockets. The loop must finish its work before
    // this object is destroyed.
    void stop() { tasks_.cancel(); }
    // Events may have been missed: to be called by the subscriber's on_gap.
    void handle_gap();
    // Asks every client to reconnect at a random moment within `window`, and closes with 1012.
    void drain(Milliseconds window);
    [[nodiscard]] bool is_idle() const { return rooms_.empty(); }
    // All attendance has been written: a drain waits for it.
    [[nodiscard]] bool is_settled() const;

    // Serves the socket of an owner until it ends.
    Awaitable<> serve(SocketOwner owner, Group group, std::shared_ptr<http::WebSocket> socket);

    // The sockets of each room that has some.
    [[nodiscard]] std::vector<RoomCount> count_connections() const;
    [[nodiscard]] const LiveMetrics& metrics() const { return parts_.metrics; }

private:
    Awaitable<> run_clock();
    // Ticks the next rooms after that one; returns the last of them, or the argument if there are no more.
    std::optional<GroupId> tick_after(std::optional<GroupId> last);
    Awaitable<> reconcile();
    Awaitable<> renew_claims();
    std::shared_ptr<LiveRoom> find_or_open(const Group& group);

    // Claims slots for these sockets of a user; the oldest sockets without a slot are closed, on any node. While Redis
    // is down, each core counts only its own sockets.
    Awaitable<> claim(UserId user, std::vector<ConnectionId> sockets);
    Awaitable<> release(UserId user, ConnectionId socket);
    void displace(UserId user, ConnectionId socket);

    TaskGroup tasks_;
    LiveParts parts_;
    GroupReconciler reconciler_;
    http::AccessControl access_;
    std::map<GroupId, std::shared_ptr<LiveRoom>> rooms_;
    std::unordered_map<UserId, std::map<ConnectionId, LiveRoom*>> sockets_of_;  // the oldest first
    redis::Subscription profiles_;
    redis::Subscription displaced_;
    std::optional<Milliseconds> drain_window_;  // once the node is draining
};

}  // namespace mindspace::meditation
