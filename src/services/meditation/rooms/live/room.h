#pragma once
// A room with its sockets: tells the state machine (room.h) what happens and does what it says. Everything on the
// loop of one core. Tasks for Redis and PostgreSQL are done one after the other, so that what one client asks for
// keeps its order; records of attendance go a way of their own, several at once, and wait out a lost PostgreSQL.
// Its owner (rooms.h) keeps it as long as it has connections or work under way.

#include "platform/async/task_group.h"
#include "platform/http/websocket/socket.h"
#include "platform/redis/pubsub/subscriber.h"
#include "services/meditation/groups/pending_attendance.h"
#include "services/meditation/groups/store.h"
#include "services/meditation/rooms/live/metrics.h"
#include "services/meditation/rooms/live/open_sockets.h"
#include "services/meditation/rooms/order/register.h"
#include "services/meditation/rooms/state/room.h"

#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>

namespace mindspace::meditation {

// What the rooms of one core share. Outlives them.
struct LiveParts {
    TaskGroup& tasks;
    GroupStore store;
    GroupTimetable timetable;
    RoomOrder order;
    RoomRegister known_rooms;
    OpenSockets open_sockets;
    redis::Subscriber& subscriber;
    limits::Policy reactions;  // of one user
    limits::Policy frames;     // of one connection
    LiveMetrics metrics{};
    SystemClock clock{};
};

class LiveRoom {
public:
    LiveRoom(LiveParts& parts, Group group);
    ~LiveRoom();
    LiveRoom(const LiveRoom&) = delete;
    LiveRoom& operator=(const LiveRoom&) = delete;

    // A socket was opened; it belongs to the room until lose().
    void arrive(SocketOwner owner, Group group, std::shared_ptr<http::WebSocket> socket);
    void lose(ConnectionId connection);
    // What happened, as the state machine names it.
    template <class What>
    void tell(const What& what) {
        do_all(room_.on(what, parts_.clock.now()));
    }
    // Its user has opened one socket too many, and this is the oldest.
    void displace(ConnectionId connection);
    // Time passed; also tries again what waits for PostgreSQL.
    void tick();
    // Sends everybody away, to come back (to another node) within `window`. Their places wait for them.
    void drain(Milliseconds window);
    [[nodiscard]] std::int64_t connection_count() const { return static_cast<std::int64_t>(sockets_.size()); }
    // Nobody is here or expected back, and nothing is left to be done.
    [[nodiscard]] bool is_idle() const;

    static constexpr std::size_t kMaxTasks = 10'000;
    // Attendance that waits for PostgreSQL, or is on its way.
    [[nodiscard]] bool has_unwritten() const { return is_working_ || is_recording_ || !records_.is_empty(); }

private:
    void do_all(Actions actions);
    void act(Send action);
    void act(Deliver action);
    void act(Close action);
    void act(Attend action);
    void act(Task task);

    Awaitable<> work_on_tasks();
    Awaitable<> attempt(Task task);
    Awaitable<> perform(Enter task);
    Awaitable<> perform(Leave task);
    Awaitable<> perform(React task);
    Awaitable<> perform(Flush task);
    Awaitable<> perform(Renew task);
    Awaitable<> perform(Recall task);
    Awaitable<> perform(Start task);
    Awaitable<> perform(Finish task);
    Awaitable<> perform(Reload task);
    Awaitable<> perform(Announce task);
    Awaitable<> perform(HandOver task);
    Awaitable<> perform(Tell task);

    void write_records();
    Awaitable<> work_on_records();
    Awaitable<> write(AttendanceRecord record);
    void note(const Stretch& stretch);
    void put_back(const AttendanceRecord& record);

    void hear(std::string_view payload);
    http::WebSocket* find(ConnectionId connection);

    LiveParts& parts_;
    const GroupId group_;
    Room room_;
    std::unordered_map<ConnectionId, std::shared_ptr<http::WebSocket>> sockets_;
    redis::Subscription subscription_;
    bool is_subscribed_ = false;  // Redis has confirmed it
    std::deque<Task> tasks_;
    bool is_working_ = false;
    PendingAttendance records_;
    bool is_recording_ = false;
    std::int64_t joined_counted_ = 0;  // our part of the metrics
    std::uint64_t refused_counted_ = 0;
};

}  // namespace mindspace::meditation
