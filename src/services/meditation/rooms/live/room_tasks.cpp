// The tasks of a room: what Redis and PostgreSQL do for it (room.h).

#include "services/meditation/rooms/live/room.h"

#include "platform/async/cancellation.h"
#include "platform/async/when_all.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/trace/active_span.h"

#include <algorithm>

namespace mindspace::meditation {

namespace {

constexpr std::size_t kMaxReactionsAtOnce = 64;

// A participant who reconnects before the room has let them go was present all along, though their node may have died
// before it could record that. Until when it had recorded it is not known here.
Timestamp present_since(const EnterResult& entry, Timestamp now) {
    if (entry.is_new) return now;
    const auto unconfirmed = GroupTimetable::kRefreshInterval + GroupTimetable::kGrace;
    return std::clamp(from_clock_value(entry.self.joined_at), now - unconfirmed, now);
}

}  // namespace

Awaitable<> LiveRoom::run_tasks() {
    while (!tasks_.empty()) {
        auto batch = take_tasks();
        co_await when_all(std::move(batch));
    }
    is_working_ = false;
}

// The next task, or the reactions that have come while the last ones were ordered: sent together, they reach Redis in
// their order, and everything else waits for their replies.
std::vector<Awaitable<>> LiveRoom::take_tasks() {
    std::vector<Awaitable<>> batch;
    const auto is_reaction = [this] { return !tasks_.empty() && std::holds_alternative<React>(tasks_.front()); };
    bool takes_more = is_reaction();
    do {
        batch.push_back(attempt(std::move(tasks_.front())));
        tasks_.pop_front();
        takes_more = takes_more && is_reaction() && batch.size() < kMaxReactionsAtOnce;
    } while (takes_more);
    return batch;
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

}  // namespace mindspace::meditation
