#include "services/meditation/rooms/live/room.h"

#include "platform/async/cancellation.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/trace/active_span.h"

#include <algorithm>

namespace mindspace::meditation {

namespace {

// A participant who reconnects before the room has let them go was present all along, though their node may have died
// before it could record that. Until when it had recorded it is not known here.
Timestamp present_since(const EnterResult& entry, Timestamp now) {
    if (entry.is_new) return now;
    const auto unconfirmed = GroupTimetable::kRefreshInterval + GroupTimetable::kGrace;
    return std::clamp(from_clock_value(entry.self.joined_at), now - unconfirmed, now);
}

}  // namespace

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

// ---- tasks

Awaitable<> LiveRoom::run_tasks() {
    while (!tasks_.empty()) {
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        co_await attempt(std::move(task));
    }
    is_working_ = false;
}

Awaitable<> LiveRoom::attempt(Task task) {
    try {
        auto work = std::visit(
            [this](const auto& one) { return telemetry::run_as_trace(parts_.tracer, one.kSpan, perform(one)); }, task);
        co_await std::move(work);
        co_return;
    } catch (const Unavailable& fault) {
        log::debug("room task failed", {{"error.message", fault.what()}});
    } catch (const std::exception& fault) {
        if (is_cancellation(fault)) throw;
        log::error("room task failed", {{"event.action", "internal_error"}, {"error.message", fault.what()}});
    }
    parts_.metrics.tasks_failed.add(1);
    apply(TaskFailed{std::move(task)});
}

Awaitable<> LiveRoom::perform(Enter task) {
    // We must receive what is published after the entry; and if this node dies right after it, other nodes must know of
    // the room.
    if (!is_subscribed_) {
        co_await parts_.subscriber.confirmed(room_channel(group_));
        std::vector<GroupId> ours{group_};
        co_await parts_.known_rooms.renew(std::move(ours), parts_.clock.now());
        is_subscribed_ = true;
    }
    auto connection = task.request.lease.connection;
    bool is_announced = task.request.announcement == Announcement::normal;
    const Presence joined{task.request.participant.id, parts_.clock.now()};
    auto entry = co_await parts_.order.enter(std::move(task.request), parts_.clock.now());
    if (entry) add_interval({joined.user, present_since(*entry, joined.at), joined.at});
    if (entry && entry->is_new && is_announced && !records_.add_joined(joined)) parts_.metrics.joins_dropped.add(1);
    write_records();
    apply(ParticipantEntered{connection, std::move(entry)});
}

Awaitable<> LiveRoom::perform(Leave task) {
    auto now = parts_.clock.now();
    auto result = co_await parts_.order.leave(group_, task.lease, task.reason, now);
    if (result.has_left) records_.add_left({task.lease.user, now});
    write_records();
    apply(FlushDue{result.flush_due_in});
}

Awaitable<> LiveRoom::perform(React task) {
    auto request = task.request;
    auto reacted = co_await parts_.order.react(group_, std::move(request), parts_.clock.now());
    if (reacted.outcome == ReactResult::Outcome::outdated) co_return apply(ReactionOutdated{std::move(task)});
    if (reacted.outcome == ReactResult::Outcome::too_many) co_return apply(TooManyReactions{task.from});
    apply(FlushDue{reacted.flush_due_in});
}

Awaitable<> LiveRoom::perform(Flush) {
    auto due_in = co_await parts_.order.flush(group_, parts_.clock.now());
    apply(FlushDue{due_in});
}

Awaitable<> LiveRoom::perform(RenewLeases task) {
    auto requested_at = parts_.clock.now();
    auto renewal = co_await parts_.order.renew(room_.facts(), task.leases, requested_at);
    for (const auto& lease : renewal.lost) records_.add_left({lease.user, lease.expires_at - Room::kGrace});
    parts_.metrics.participants_lost.add(renewal.lost.size());
    write_records();
    apply(LeasesRenewed{std::move(task), std::move(renewal), requested_at});
}

Awaitable<> LiveRoom::perform(ReplayEvents task) {
    auto history = co_await parts_.order.read_after(group_, task.after);
    apply(EventsReplayed{std::move(task), std::move(history)});
}

Awaitable<> LiveRoom::perform(Start task) {
    auto ends_at = co_await parts_.timetable.start(group_, task.host, task.starts_at, parts_.clock.now());
    if (!ends_at) co_return apply(StartRefused{task});
    auto facts = room_.facts();
    facts.state = GroupState::running;
    facts.starts_at = task.starts_at;
    facts.ends_at = ends_at;
    co_await parts_.order.announce(facts, make_start(task.host, task.starts_at, *ends_at));
}

Awaitable<> LiveRoom::perform(Finish task) {
    auto reason = schema::enum_name(task.reason);
    co_await write(records_.take());
    auto end = co_await parts_.timetable.finish(group_, reason, parts_.clock.now());
    if (!end) co_return;  // our clock is ahead; the room requests it again
    auto facts = room_.facts();
    facts.state = GroupState::ended;
    auto ended_by = schema::enum_value<EventReason>(end->reason).value();
    co_await parts_.order.announce(facts, make_end(end->at, ended_by));
}

Awaitable<> LiveRoom::perform(ReloadGroup) {
    auto group = co_await parts_.store.find(group_);
    if (group) apply(GroupReloaded{std::move(*group)});
}

Awaitable<> LiveRoom::perform(Announce task) {
    co_await parts_.order.announce(task.facts, task.event);
}

Awaitable<> LiveRoom::perform(HandOverHost task) {
    auto group = co_await parts_.store.hand_over(group_, task.from, task.to, parts_.clock.now());
    if (!group) co_return co_await perform(ReloadGroup{});  // another core was first
    parts_.metrics.hosts_replaced.add(1);
    log::info("host replaced", {{"mindspace.group", group_.to_string()}, {"user.id", task.to.to_string()}});
    apply(HostHandedOver{std::move(*group)});
}

Awaitable<> LiveRoom::perform(AnnounceChange task) {
    auto version = task.group.version;
    co_await parts_.order.announce_change(std::move(task.group), parts_.clock.now());
    apply(ChangeAnnounced{version});
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
