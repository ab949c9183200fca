// What a room knows of its group. Its state only advances, by events; when PostgreSQL is ahead of the events, the room
// catches up; another participant becomes the host when the host stays away.

#include "services/meditation/rooms/state/room.h"

#include <algorithm>
#include <tuple>

namespace mindspace::meditation {

namespace {

// The fields that the host may change, and the host.
auto changeable_part(const Group& group) {
    return std::tie(group.title, group.description, group.kind, group.planned_seconds, group.scheduled_for,
                    group.visibility, group.max_participants, group.host);
}

}  // namespace

RoomFacts Room::facts() const {
    return RoomFacts{.group = group_.id,
                     .state = group_.state,
                     .starts_at = group_.started_at,
                     .ends_at = group_.ends_at,
                     .host = group_.host.id,
                     .version = group_.version};
}

// The state only advances, regardless of the source. After a group session participants may stay a while; a cancelled
// group has nothing to stay for.
void Room::advance(const RoomFacts& facts, Timestamp now, Actions& actions) {
    if (facts.state <= group_.state) return;
    bool has_run = group_.state == GroupState::running || facts.starts_at;
    group_.state = facts.state;
    group_.started_at = facts.starts_at;
    group_.ends_at = facts.ends_at;
    record_attendance(now, actions);
    if (is_over(facts.state)) close_at_ = has_run ? now + kOpenAfterEnd : now;
}

// PostgreSQL may have a newer state of the group than the room.
void Room::update_group(const Group& group) {
    if (group.version <= group_.version) return;
    if (changeable_part(group) != changeable_part(group_)) pending_group_ = group;
    replace_group(group);
}

// The room's state changes only by its events, so that none is missed.
void Room::replace_group(const Group& group) {
    auto known = std::exchange(group_, group);
    group_.state = known.state;
    group_.started_at = known.started_at;
    group_.ends_at = known.ends_at;
    group_.ended_at = known.ended_at;
}

// If PostgreSQL is ahead, a node died or Redis was unavailable before the event was published.
Actions Room::on(const GroupReloaded& what, Timestamp) {
    Actions actions;
    update_group(what.group);
    if (what.group.state <= group_.state) return actions;
    auto facts = this->facts();
    facts.state = what.group.state;
    facts.starts_at = what.group.started_at;
    facts.ends_at = what.group.ends_at;
    if (facts.state == GroupState::running) {
        actions.push_back(Announce{facts, make_start(group_.host.id, *facts.starts_at, *facts.ends_at)});
    } else {
        facts.state = GroupState::ended;
        auto reason = schema::enum_value<EventReason>(what.group.end_reason.value_or("host"));
        actions.push_back(Announce{facts, make_end(what.group.ended_at.value(), reason.value())});
    }
    return actions;
}

// A group keeps its host until it runs, and only the host's absence while the group runs counts.
void Room::replace_host(const RenewResult& renewal, Timestamp now, Actions& actions) {
    if (group_.state != GroupState::running) return;
    if (!renewal.host_left_at || !renewal.longest_present || renewal.host != group_.host.id) return;
    if (now - std::max(*renewal.host_left_at, group_.started_at.value()) >= GroupTimetable::kMaxHostAbsence)
        actions.push_back(HandOverHost{renewal.host, *renewal.longest_present});
}

Actions Room::on(const HostHandedOver& what, Timestamp now) {
    Actions actions;
    update_group(what.group);
    reconcile_group(now, actions);
    return actions;
}

Actions Room::on(const ChangeAnnounced& what, Timestamp) {
    if (pending_group_ && pending_group_->version <= what.version) pending_group_.reset();
    return {};
}

void Room::reconcile_group(Timestamp now, Actions& actions) {
    if (next_comparison_ == Timestamp{}) next_comparison_ = now + kCompareEvery;
    if (now >= next_comparison_ && joined_count_ > 0) {
        next_comparison_ = now + kCompareEvery;
        reload_needed_ = true;
    }
    // The start is overdue but not announced: the node that started the group may have died before it could announce
    // it.
    if (group_.state == GroupState::scheduled && group_.scheduled_for && now >= *group_.scheduled_for + kRetryEvery)
        reload_needed_ = true;
    if (reload_needed_ && now >= next_reload_) {
        reload_needed_ = false;
        next_reload_ = now + kRetryEvery;
        actions.emplace_back(ReloadGroup{});
    }
    if (pending_group_ && now >= next_announcement_) {
        next_announcement_ = now + kRetryEvery;
        actions.push_back(AnnounceChange{*pending_group_});
    }
    if (group_.state == GroupState::running && now >= group_.ends_at.value() + kEndAfter && now >= next_finish_) {
        next_finish_ = now + kRetryEvery;
        actions.push_back(Finish{std::nullopt, EventReason::completed});
    }
    if (close_at_ && now >= *close_at_) {
        for (const auto& [connection, member] : members_) actions.push_back(Close{connection, kCloseOver});
        close_at_ = now + kOpenAfterEnd;
    }
}

}  // namespace mindspace::meditation
