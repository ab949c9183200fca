#pragma once
// All rooms that this core has sockets of, and the clock that drives them. It also starts and ends the groups whose
// time has come, whether anybody sits in them here or not. One object a core, on its loop; outlives the core's sockets.
//
//     redis::Subscriber subscriber(…);
//     LiveRooms rooms(loop, {database, redis, subscriber}, guard, settings);
//     subscriber.on_gap([&rooms] { rooms.note_gap(); });
//     rooms.start();  …  rooms.drain(window);  …  rooms.stop();

#include "platform/http/guard.h"
#include "services/meditation/live_room.h"

#include <boost/asio/steady_timer.hpp>

namespace mindspace::meditation {

struct LiveBackends {
    postgres::Client& database;
    redis::Client& redis;
    redis::Subscriber& subscriber;
};

struct LiveSettings {
    std::string public_url;                    // "https://mind.example"; its origin may open sockets
    std::vector<std::string> allowed_origins;  // others that may; "*" for all
    double rate_limit_scale = 1;
};

class LiveRooms {
public:
    LiveRooms(asio::io_context& loop, LiveBackends backends, http::Guard& guard, const LiveSettings& settings);

    void start();
    // Ends the clock; sockets are the server's to end. The loop must run out before this object goes.
    void stop();
    // Events may have been missed: to be called by the subscriber's on_gap.
    void note_gap();
    // Tells every client to come back within `window`, spread over it, and closes with 1012.
    void drain(Milliseconds window);
    [[nodiscard]] bool is_idle() const { return rooms_.empty(); }

    // Serves the socket of a guest until it ends.
    Awaitable<> serve(Guest guest, Group group, std::shared_ptr<http::WebSocket> socket);

    [[nodiscard]] const LiveMetrics& metrics() const { return parts_.metrics; }

private:
    Awaitable<> keep_time();
    Awaitable<> follow_timetables();
    Awaitable<> start_due_groups();
    Awaitable<> end_due_groups();
    std::shared_ptr<LiveRoom> find_or_open(const Group& group);

    LiveParts parts_;
    http::Guard& guard_;
    std::unordered_map<GroupId, std::shared_ptr<LiveRoom>> rooms_;
    asio::steady_timer timer_;
    bool is_stopped_ = false;
};

}  // namespace mindspace::meditation
