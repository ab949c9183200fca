#include "services/meditation/groups/reconciler.h"

#include "platform/async/cancellation.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::meditation {

Awaitable<> GroupReconciler::work(std::vector<GroupId> rooms) {
    auto now = parts_.clock.now();
    try {
        co_await cancel_unstarted_groups();
        co_await start_due_groups();
        co_await end_due_groups();
        co_await settle_groups();
        if (now >= next_renewal_) {
            next_renewal_ = now + RoomRegister::kRenewEvery;
            co_await parts_.known_rooms.renew(std::move(rooms), now);
            co_await reap_abandoned_rooms();
        }
        if (now >= next_empty_check_) {
            next_empty_check_ = now + kEmptyCheckInterval;
            co_await end_empty_groups();
        }
    } catch (const Unavailable& fault) {
        log::debug("group reconciliation failed", {{"error.message", fault.what()}});
    } catch (const std::exception& fault) {
        if (is_cancellation(fault)) throw;
        log::error("group reconciliation failed",
                   {{"event.action", "internal_error"}, {"error.message", fault.what()}});
    }
}

Awaitable<> GroupReconciler::cancel_unstarted_groups() {
    auto now = parts_.clock.now();
    auto cancelled = co_await parts_.timetable.cancel_unstarted(now);
    for (auto group : cancelled) {
        log::info("group cancelled: it was never started", {{"mindspace.group", group.to_string()}});
        RoomFacts facts{.group = group, .state = GroupState::ended, .starts_at = {}, .ends_at = {}};
        co_await parts_.order.announce(facts, make_end(now, EventReason::host_gone));
    }
}

// If this node dies before it announces the starts, the rooms read them from PostgreSQL themselves
// (Room::reconcile_group()).
Awaitable<> GroupReconciler::start_due_groups() {
    auto started = co_await parts_.timetable.start_due(parts_.clock.now());
    for (const auto& group : started) {
        parts_.metrics.scheduled_starts.add(1);
        log::info("group started on schedule", {{"mindspace.group", group.id.to_string()}});
        RoomFacts facts{
            .group = group.id, .state = GroupState::running, .starts_at = group.starts_at, .ends_at = group.ends_at};
        co_await parts_.order.announce(facts, make_start(group.host, group.starts_at, group.ends_at));
    }
}

Awaitable<> GroupReconciler::end_due_groups() {
    auto due = co_await parts_.timetable.list_due(parts_.clock.now() - kEndAfter);
    for (auto group : due) co_await end(group, EventReason::completed);
}

// What the rooms have not reported by now, they may never report: their nodes are gone.
Awaitable<> GroupReconciler::settle_groups() {
    auto unsettled = co_await parts_.timetable.list_unsettled(parts_.clock.now());
    for (auto group : unsettled) co_await parts_.timetable.settle(group, parts_.clock.now());
}

// PostgreSQL knows of no participants, and Redis must agree: either may have missed what the other received.
Awaitable<> GroupReconciler::end_empty_groups() {
    auto empty = co_await parts_.timetable.list_empty(parts_.clock.now());
    for (auto group : empty) {
        bool is_empty = co_await parts_.order.is_empty(group);
        if (is_empty) co_await end(group, EventReason::host_gone);
    }
}

Awaitable<> GroupReconciler::end(GroupId group, EventReason reason) {
    auto end = co_await parts_.timetable.finish(group, schema::enum_name(reason), parts_.clock.now());
    if (!end) co_return;
    parts_.metrics.groups_ended.add(1);
    log::info("group ended", {{"mindspace.group", group.to_string()}, {"event.reason", end->reason}});
    auto ended_by = schema::enum_value<EventReason>(end->reason).value();
    RoomFacts facts{.group = group, .state = GroupState::ended, .starts_at = {}, .ends_at = end->at};
    co_await parts_.order.announce(facts, make_end(end->at, ended_by));
}

Awaitable<> GroupReconciler::reap_abandoned_rooms() {
    auto abandoned = co_await parts_.known_rooms.list_abandoned(parts_.clock.now());
    for (auto group : abandoned) {
        auto now = parts_.clock.now();
        auto reaped = co_await parts_.order.reap(group, now);
        AttendanceRecord record;
        for (const auto& lease : reaped.lost) record.left.push_back({lease.user, lease.expires_at - Room::kGrace});
        parts_.metrics.participants_lost.add(record.left.size());
        if (!record.is_empty()) co_await parts_.timetable.record(group, std::move(record), now);
        if (reaped.is_empty) co_await parts_.known_rooms.remove(group);
    }
}

}  // namespace mindspace::meditation
