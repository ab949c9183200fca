#pragma once
// All rooms that this core has sockets of, and the clock that drives them; it also takes its turn in looking after the
// groups that nobody does (groups/reconciler.h). One object a core, on its loop; outlives the core's sockets.
//
//     redis::Subscriber subscriber(…);
//     LiveRooms rooms(loop, {database, redis, subscriber}, access, settings);
//     subscriber.on_gap([&rooms] { rooms.note_gap(); });
//     rooms.start();  …  rooms.drain(window);  …  rooms.stop();

#include "platform/http/access/access_control.h"
#include "services/meditation/groups/reconciler.h"
#include "services/meditation/settings.h"

#include <map>
#include <unordered_map>

namespace mindspace::meditation {

struct LiveBackends {
    postgres::Client& database;
    redis::Client& redis;
    redis::Subscriber& subscriber;
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
    // Ends the clock and what the rooms do; sockets are the server's to end. The loop must run out before this object
    // goes.
    void stop() { tasks_.cancel(); }
    // Events may have been missed: to be called by the subscriber's on_gap.
    void note_gap();
    // Tells every client to come back within `window`, spread over it, and closes with 1012.
    void drain(Milliseconds window);
    [[nodiscard]] bool is_idle() const { return rooms_.empty(); }
    // Nothing of attendance waits to be written: a drain waits for it.
    [[nodiscard]] bool is_settled() const;

    // Serves the socket of an owner until it ends.
    Awaitable<> serve(SocketOwner owner, Group group, std::shared_ptr<http::WebSocket> socket);

    // The sockets of each room that has some.
    [[nodiscard]] std::vector<RoomCount> count_connections() const;
    [[nodiscard]] const LiveMetrics& metrics() const { return parts_.metrics; }

private:
    Awaitable<> run_clock();
    Awaitable<> reconcile();
    Awaitable<> renew_claims();
    std::shared_ptr<LiveRoom> find_or_open(const Group& group);

    // Claims places for these sockets of a user; the oldest that have none are closed, wherever they are. While Redis
    // is down, each core has so many places.
    Awaitable<> claim(UserId user, std::vector<ConnectionId> sockets);
    Awaitable<> release(UserId user, ConnectionId socket);
    void displace(UserId user, ConnectionId socket);

    TaskGroup tasks_;
    LiveParts parts_;
    GroupReconciler reconciler_;
    http::AccessControl access_;
    std::unordered_map<GroupId, std::shared_ptr<LiveRoom>> rooms_;
    std::unordered_map<UserId, std::map<ConnectionId, LiveRoom*>> sockets_of_;  // the oldest first
    redis::Subscription profiles_;
    redis::Subscription displaced_;
    std::optional<Milliseconds> drain_window_;  // once the node is leaving
};

}  // namespace mindspace::meditation
