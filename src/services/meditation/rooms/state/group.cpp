// What a room knows of its group: its state goes forward by events; what PostgreSQL has beyond them is made up for;
// the host's role passes to another when the host stays away.

#include "services/meditation/rooms/state/room.h"

#include <algorithm>
#include <tuple>

namespace mindspace::meditation {

namespace {

// What the host may change, and who that is.
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

// The state only goes forward, whoever brings the news. After a sit people may stay a while; a group that was
// cancelled has nothing to stay for.
void Room::advance(const RoomFacts& facts, Timestamp now, Actions& actions) {
    if (facts.state <= group_.state) return;
    bool has_run = group_.state == GroupState::running || facts.starts_at;
    group_.state = facts.state;
    group_.started_at = facts.starts_at;
    group_.ends_at = facts.ends_at;
    attend(now, actions);
    if (is_over(facts.state)) farewell_at_ = has_run ? now + kFarewell : now;
}

// PostgreSQL may know more of the group than the room was told.
void Room::learn(const Group& group) {
    if (group.version <= group_.version) return;
    if (changeable_part(group) != changeable_part(group_)) untold_ = group;
    take(group);
}

// The room's state follows its events, lest one be missed.
void Room::take(const Group& group) {
    auto known = std::exchange(group_, group);
    group_.state = known.state;
    group_.started_at = known.started_at;
    group_.ends_at = known.ends_at;
    group_.ended_at = known.ended_at;
}

// Where PostgreSQL is ahead a node died, or Redis was away, before the event was told.
Actions Room::on(const Reloaded& what, Timestamp) {
    Actions actions;
    learn(what.group);
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

// Until the group runs it keeps its host; and what counts of the time away is that of the running group.
void Room::succeed_host(const Renewal& renewal, Timestamp now, Actions& actions) {
    if (group_.state != GroupState::running) return;
    if (!renewal.host_left_at || !renewal.longest_present || renewal.host != group_.host.id) return;
    if (now - std::max(*renewal.host_left_at, group_.started_at.value()) >= GroupTimetable::kHostAway)
        actions.push_back(HandOver{renewal.host, *renewal.longest_present});
}

Actions Room::on(const HandedOver& what, Timestamp now) {
    Actions actions;
    learn(what.group);
    keep_group(now, actions);
    return actions;
}

Actions Room::on(const Told& what, Timestamp) {
    if (untold_ && untold_->version <= what.version) untold_.reset();
    return {};
}

void Room::keep_group(Timestamp now, Actions& actions) {
    if (next_comparison_ == Timestamp{}) next_comparison_ = now + kCompareEvery;
    if (now >= next_comparison_ && joined_count_ > 0) {
        next_comparison_ = now + kCompareEvery;
        reload_wanted_ = true;
    }
    // Its time has come, and nobody has said so yet: whoever started it may have died over it.
    if (group_.state == GroupState::scheduled && group_.scheduled_for && now >= *group_.scheduled_for + kRetryEvery)
        reload_wanted_ = true;
    if (reload_wanted_ && now >= next_reload_) {
        reload_wanted_ = false;
        next_reload_ = now + kRetryEvery;
        actions.emplace_back(Reload{});
    }
    if (untold_ && now >= next_telling_) {
        next_telling_ = now + kRetryEvery;
        actions.push_back(Tell{*untold_});
    }
    if (group_.state == GroupState::running && now >= group_.ends_at.value() + kEndAfter && now >= next_finish_) {
        next_finish_ = now + kRetryEvery;
        actions.push_back(Finish{std::nullopt, EventReason::completed});
    }
    if (farewell_at_ && now >= *farewell_at_) {
        for (const auto& [connection, member] : members_) actions.push_back(Close{connection, kCloseOver});
        farewell_at_ = now + kFarewell;
    }
}

}  // namespace mindspace::meditation
