#pragma once
// A room with its sockets: passes inputs to the state machine (state/room.h) and performs the actions that it returns.
// Everything on the loop of one core. Tasks for Redis and PostgreSQL are performed one after the other, and
// reactions in batches, so that the requests of one client keep their order. Attendance records are written separately,
// several at once, and wait while PostgreSQL is unavailable. Its owner (rooms.h) keeps it as long as it has connections
// or pending work.

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
#include <vector>

namespace mindspace::telemetry {
class Tracer;
}

namespace mindspace::meditation {

// Shared by the rooms of one core. Must outlive them.
struct LiveParts {
    TaskGroup& tasks;
    GroupStore store;
    GroupTimetable timetable;
    RoomOrder order;
    RoomRegister known_rooms;
    OpenSockets open_sockets;
    redis::Subscriber& subscriber;
    limits::Policy reactions;  // per user
    limits::Policy frames;     // per connection
    const telemetry::Tracer* tracer = nullptr;
    LiveMetrics metrics{};
    SystemClock clock{};
};

class LiveRoom {
public:
    LiveRoom(LiveParts& parts, Group group);
    ~LiveRoom();
    LiveRoom(const LiveRoom&) = delete;
    LiveRoom& operator=(const LiveRoom&) = delete;

    // A socket was opened; it belongs to the room until remove_socket().
    void add_socket(SocketOwner owner, Group group, std::shared_ptr<http::WebSocket> socket);
    void remove_socket(ConnectionId connection);
    // Passes an input to the state machine.
    template <class What>
    void apply(const What& what) {
        perform_all(room_.on(what, parts_.clock.now()));
    }
    // Closes the oldest socket of a user who has opened one too many.
    void displace(ConnectionId connection);
    // Time passed; also retries what waits for PostgreSQL.
    void tick();
    // Disconnects all clients, which reconnect (to another node) within `window`. Their participants remain in the room
    // in the meantime.
    void drain(Milliseconds window);
    [[nodiscard]] std::int64_t connection_count() const { return static_cast<std::int64_t>(sockets_.size()); }
    // No connection is here or expected to reconnect, and no work is pending.
    [[nodiscard]] bool is_idle() const;

    static constexpr std::size_t kMaxTasks = 10'000;
    // Attendance that waits for PostgreSQL, or is being written.
    [[nodiscard]] bool has_unwritten() const { return is_working_ || is_recording_ || !records_.is_empty(); }

private:
    void perform_all(Actions actions);
    void act(Send action);
    void act(Deliver action);
    void act(Close action);
    void act(RecordAttendance action);
    void act(Task task);

    Awaitable<> run_tasks();
    std::vector<Awaitable<>> take_tasks();
    Awaitable<> attempt(Task task);
    Awaitable<> perform(Enter task);
    Awaitable<> perform(Leave task);
    Awaitable<> perform(React task);
    Awaitable<> perform(Flush task);
    Awaitable<> perform(RenewLeases task);
    Awaitable<> perform(ReplayEvents task);
    Awaitable<> perform(Start task);
    Awaitable<> perform(Finish task);
    Awaitable<> perform(ReloadGroup task);
    Awaitable<> perform(Announce task);
    Awaitable<> perform(HandOverHost task);
    Awaitable<> perform(AnnounceChange task);

    void write_records();
    Awaitable<> write_pending_records();
    Awaitable<> write(AttendanceRecord record);
    void add_interval(const AttendanceInterval& interval);
    void restore(const AttendanceRecord& record);

    void receive_event(std::string_view payload);
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
