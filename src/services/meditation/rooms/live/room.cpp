#include "services/meditation/rooms/live/room.h"

#include "platform/async/cancellation.h"
#include "platform/telemetry/log/log.h"

#include <algorithm>

namespace mindspace::meditation {

LiveRoom::LiveRoom(LiveParts& parts, Group group)
    : parts_(parts), group_(group.id), room_(std::move(group), parts.reactions) {
    subscription_ =
        parts_.subscriber.subscribe(room_channel(group_), [this](std::string_view payload) { receive_event(payload); });
    parts_.metrics.rooms.add(1);
}

LiveRoom::~LiveRoom() {
    parts_.metrics.rooms.add(-1);
    parts_.metrics.joined_connections.add(-joined_counted_);
}

void LiveRoom::add_socket(SocketOwner owner, Group group, std::shared_ptr<http::WebSocket> socket) {
    sockets_[owner.connection] = std::move(socket);
    parts_.metrics.connections.add(1);
    apply(SocketOpened{std::move(owner), std::move(group)});
}

void LiveRoom::remove_socket(ConnectionId connection) {
    if (sockets_.erase(connection) > 0) parts_.metrics.connections.add(-1);
    apply(SocketLost{connection});
}

void LiveRoom::displace(ConnectionId connection) {
    auto* socket = find(connection);
    if (socket == nullptr || !socket->is_open()) return;
    parts_.metrics.sockets_displaced.add(1);
    socket->close(kCloseTooMany, "too many sockets");
}

void LiveRoom::tick() {
    apply(ClockTicked{});
    write_records();
}

void LiveRoom::drain(Milliseconds window) {
    for (auto& [connection, socket] : sockets_) {
        socket->send(http::make_text_frame(drain_message(window)));
        socket->close(http::CloseCode::service_restart);
    }
}

bool LiveRoom::is_idle() const {
    return sockets_.empty() && room_.is_empty() && !has_unwritten();
}

void LiveRoom::perform_all(Actions actions) {
    for (auto& action : actions) std::visit([this](auto& one) { act(std::move(one)); }, action);
    auto joined = static_cast<std::int64_t>(room_.joined_count());
    parts_.metrics.joined_connections.add(joined - std::exchange(joined_counted_, joined));
    auto refused = room_.refused_reactions();
    parts_.metrics.reactions_refused.add(refused - std::exchange(refused_counted_, refused));
}

void LiveRoom::act(Send action) {
    if (auto* socket = find(action.to)) socket->send(http::make_text_frame(action.text));
}

void LiveRoom::act(Deliver action) {
    parts_.metrics.deliveries.add(action.to.size());
    const auto observe_lag = [this](telemetry::Histogram& lag, std::optional<Timestamp> bell) {
        if (bell) lag.observe(std::max(parts_.clock.now() - *bell, Milliseconds(0)));
    };
    observe_lag(parts_.metrics.start_lag, action.starts_at);
    observe_lag(parts_.metrics.end_lag, action.ended_at);
    auto frame = http::make_text_frame(action.text);
    for (auto connection : action.to)
        if (auto* socket = find(connection)) socket->send(frame);
}

void LiveRoom::act(Close action) {
    if (auto* socket = find(action.connection)) socket->close(action.code);
}

void LiveRoom::act(RecordAttendance action) {
    for (const auto& interval : action.seen) add_interval(interval);
    write_records();
}

void LiveRoom::act(Task task) {
    if (tasks_.size() >= kMaxTasks) {
        parts_.metrics.tasks_failed.add(1);
        return apply(TaskFailed{std::move(task)});
    }
    tasks_.push_back(std::move(task));
    if (is_working_) return;
    is_working_ = true;
    parts_.tasks.spawn(run_tasks());
}

// ---- records

void LiveRoom::write_records() {
    if (is_recording_ || records_.is_empty()) return;
    is_recording_ = true;
    parts_.tasks.spawn(write_pending_records());
}

// What could not be written waits for the next tick, together with what has arrived in the meantime.
Awaitable<> LiveRoom::write_pending_records() {
    bool is_reachable = true;
    while (is_reachable && !records_.is_empty()) {
        try {
            co_await write(records_.take());
        } catch (const Unavailable&) {
            is_reachable = false;
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            log::error("attendance not stored", {{"event.action", "internal_error"}, {"error.message", fault.what()}});
        }
    }
    is_recording_ = false;
}

Awaitable<> LiveRoom::write(AttendanceRecord record) {
    if (record.is_empty()) co_return;
    auto written = record;
    try {
        co_await parts_.timetable.record(group_, std::move(written), parts_.clock.now());
        co_return;
    } catch (const Unavailable&) {
        parts_.metrics.records_failed.add(1);
        restore(record);
        throw;
    }
}

void LiveRoom::add_interval(const AttendanceInterval& interval) {
    if (!records_.add_interval(interval)) parts_.metrics.intervals_dropped.add(1);
}

void LiveRoom::restore(const AttendanceRecord& record) {
    parts_.metrics.intervals_dropped.add(records_.restore(record));
}

void LiveRoom::receive_event(std::string_view payload) {
    parts_.metrics.events_received.add(1);
    try {
        apply(EventReceived{parse_event(payload)});
    } catch (const std::exception& fault) {
        log::error("invalid room event", {{"event.action", "internal_error"}, {"error.message", fault.what()}});
    }
}

http::WebSocket* LiveRoom::find(ConnectionId connection) {
    auto found = sockets_.find(connection);
    return found == sockets_.end() ? nullptr : found->second.get();
}

}  // namespace mindspace::meditation
