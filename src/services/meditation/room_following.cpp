// How a room follows the shared order: events come numbered, one after the other; what is missing is recalled; when
// Redis lost its memory, the next epoch is rebuilt from what the cores know.

#include "services/meditation/room.h"

#include <algorithm>
#include <utility>

namespace mindspace::meditation {

RoomFacts Room::facts() const {
    return RoomFacts{
        .group = group_.id, .state = group_.state, .starts_at = group_.started_at, .ends_at = group_.ends_at};
}

Actions Room::on(const Heard& what, Timestamp now) {
    Actions actions;
    follow(what.event, now, actions);
    return actions;
}

void Room::follow(const OrderedEvent& ordered, Timestamp now, Actions& actions) {
    auto seq = *ordered.event.seq;
    if (!has_audience()) {  // nobody would miss what came between
        epoch_ = *ordered.event.epoch;
        seq_ = seq - 1;
    }
    // Of the epoch before or after: only an answer of Redis itself tells which.
    if (*ordered.event.epoch != epoch_) return recall(actions);
    if (seq <= seq_) return;
    if (seq > seq_ + 1) {
        newest_ = std::max(newest_, seq);
        return recall(actions);
    }
    seq_ = seq;
    deliver(ordered, actions);
    const auto& event = ordered.event;
    auto next = facts();
    if (event.type == EventType::start) {
        next.state = GroupState::running;
        next.starts_at = from_clock_value(event.starts_at.value());
        next.ends_at = from_clock_value(event.ends_at.value());
        advance(next, now, actions);
    } else if (event.type == EventType::end) {
        next.state = GroupState::ended;
        group_.ended_at = from_clock_value(event.ended_at.value());
        advance(next, now, actions);
    }
}

void Room::deliver(const OrderedEvent& ordered, Actions& actions) {
    Deliver deliver{.to = {}, .text = ordered.text};
    for (auto& [connection, member] : members_) {
        if (member.stage == Stage::joined && member.from_seq < seq_) deliver.to.push_back(connection);
        if (member.stage != Stage::entering) continue;
        if (member.held.size() < kMaxHeld)
            member.held.push_back(ordered);
        else
            actions.push_back(Close{connection, http::CloseCode::try_again_later});
    }
    if (!deliver.to.empty()) actions.emplace_back(std::move(deliver));
}

bool Room::has_audience() const {
    return joined_count_ > 0 ||
           std::ranges::any_of(members_, [](const auto& entry) { return !entry.second.held.empty(); });
}

// If Redis began anew, the numbers start again, up to `seq` by now, and what it forgot is told to it.
void Room::adopt(const std::string& epoch, std::int64_t seq, Timestamp now, Actions& actions) {
    if (epoch == epoch_) return;
    epoch_ = epoch;
    seq_ = 0;
    newest_ = seq;
    for (auto& [connection, member] : members_) member.from_seq = 0;
    renew_all(now, actions);
    actions.emplace_back(Reload{});
    if (seq > 0) recall(actions);
}

// The state only goes forward, whoever brings the news.
void Room::advance(const RoomFacts& facts, Timestamp now, Actions& actions) {
    if (facts.state <= group_.state) return;
    group_.state = facts.state;
    group_.started_at = facts.starts_at;
    group_.ends_at = facts.ends_at;
    if (facts.state == GroupState::running) attend(now, actions);
    if (is_over(facts.state)) farewell_at_ = now + kFarewell;
}

// The room's state follows its events, lest one be missed; where PostgreSQL is ahead, they are made up for.
void Room::learn(const Group& group) {
    if (group.state > group_.state) reload_wanted_ = true;
    auto known = std::exchange(group_, group);
    group_.state = known.state;
    group_.started_at = known.started_at;
    group_.ends_at = known.ends_at;
    group_.ended_at = known.ended_at;
}

void Room::recall(Actions& actions) {
    if (recalling_) return;
    recalling_ = true;
    recall_failed_ = false;
    actions.push_back(Recall{epoch_, seq_});
}

Actions Room::on(const Recalled& what, Timestamp now) {
    Actions actions;
    const auto& history = what.history;
    recalling_ = false;
    if (history.epoch.empty()) {
        renew_all(now, actions);
        return actions;
    }
    if (history.epoch != epoch_ || what.task.epoch != epoch_) {  // the answer is about another epoch
        adopt(history.epoch, history.seq, now, actions);
        if (history.seq > seq_) recall(actions);
        return actions;
    }
    if (!history.events) {
        // Too much was missed: the clients are to come again and start from the state.
        seq_ = history.seq;
        for (const auto& [connection, member] : members_)
            if (member.stage != Stage::waiting) actions.push_back(Close{connection, http::CloseCode::service_restart});
        return actions;
    }
    for (const auto& event : *history.events) follow(event, now, actions);
    if (newest_ > seq_) recall(actions);
    return actions;
}

Actions Room::on(const Interrupted&, Timestamp now) {
    Actions actions;
    if (members_.empty()) return actions;
    renew_all(now, actions);
    if (has_audience()) recall(actions);
    return actions;
}

void Room::renew_all(Timestamp now, Actions& actions) {
    next_renewal_ = now + kRenewEvery;
    if (renewing_) return;
    renewing_ = true;
    Renew renew{.leases = {}, .whole = true};
    for (const auto& [connection, member] : members_)
        if (member.stage == Stage::joined)
            renew.leases.push_back(Lease{member.guest.user, connection, now + kLeaseTtl});
    for (const auto& [connection, departing] : departing_)
        renew.leases.push_back(Lease{departing.guest.user, connection, departing.expires_at});
    actions.emplace_back(std::move(renew));
}

Actions Room::on(const Renewed& what, Timestamp now) {
    Actions actions;
    const auto& renewal = what.renewal;
    bool is_rebuilt = !settled_epoch_.empty() && renewal.epoch != settled_epoch_;
    adopt(renewal.epoch, renewal.seq, now, actions);  // does not renew again what this renewed
    if (what.task.whole) renewing_ = false;
    if (is_rebuilt && !what.task.whole) return actions;  // all are renewed soon
    for (auto connection : renewal.unknown) {
        if (const auto* member = find(connection))
            reenter(member->guest, now + kLeaseTtl, is_rebuilt ? Announcement::quiet : Announcement::told, now,
                    actions);
        else if (auto departing = departing_.find(connection); departing != departing_.end() && is_rebuilt)
            reenter(departing->second.guest, departing->second.expires_at, Announcement::quiet, now, actions);
        else
            departing_.erase(connection);
    }
    if (what.task.whole) settled_epoch_ = renewal.epoch;
    if (is_rebuilt || !renewal.is_all_reaped) return actions;
    for (const auto& lease : what.task.leases) {
        auto departing = departing_.find(lease.connection);
        if (departing != departing_.end() && lease.expires_at <= what.asked_at) departing_.erase(departing);
    }
    return actions;
}

// Those who were there before Redis forgot the room are not told of again; those who were thought gone are.
void Room::reenter(const Guest& guest, Timestamp expires_at, Announcement announcement, Timestamp now,
                   Actions& actions) {
    auto enter = make_enter(guest, expires_at, now);
    enter.request.announcement = announcement;
    actions.emplace_back(std::move(enter));
}

Enter Room::make_enter(const Guest& guest, Timestamp expires_at, Timestamp now) const {
    Participant participant{.id = guest.user,
                            .display_name = guest.display_name,
                            .avatar_url = guest.avatar_url,
                            .joined_at = to_clock_value(now)};
    return Enter{EnterRequest{.facts = facts(),
                              .lease = {guest.user, guest.connection, expires_at},
                              .participant = std::move(participant),
                              .max_participants = group_.max_participants.value_or(0),
                              .announcement = Announcement::told,
                              .resume = {}}};
}

// Redis forgot the room between two of our calls: it is made anew, and the event goes after it.
Actions Room::on(const Outdated& what, Timestamp now) {
    Actions actions;
    renew_all(now, actions);
    auto again = what.task;
    again.epoch.clear();
    actions.emplace_back(std::move(again));
    return actions;
}

// PostgreSQL is ahead of what the room was told: a node died, or Redis was away, in between.
Actions Room::on(const Reloaded& what, Timestamp) {
    Actions actions;
    if (what.group.state <= group_.state) {
        group_.scheduled_for = what.group.scheduled_for;
        return actions;
    }
    RoomFacts facts{.group = group_.id,
                    .state = what.group.state,
                    .starts_at = what.group.started_at,
                    .ends_at = what.group.ends_at};
    if (facts.state == GroupState::running) {
        actions.push_back(Announce{facts, make_start(group_.host.id, *facts.starts_at, *facts.ends_at)});
    } else {
        facts.state = GroupState::ended;
        auto reason = schema::enum_value<EventReason>(what.group.end_reason.value_or("host"));
        actions.push_back(Announce{facts, make_end(what.group.ended_at.value(), reason.value())});
    }
    return actions;
}

void Room::attend(Timestamp now, Actions& actions) {
    next_attendance_ = now + GroupTimetable::kRefreshInterval;
    Attend attend;
    for (const auto& [connection, member] : members_)
        if (member.stage == Stage::joined) attend.seen.push_back({member.guest.user, member.joined_at});
    if (!attend.seen.empty()) actions.emplace_back(std::move(attend));
}

void Room::keep_time(Timestamp now, Actions& actions) {
    auto is_due = [&](const auto& entry) { return entry.second.expires_at < now; };
    bool has_leases = joined_count_ > 0 || !departing_.empty();
    if (has_leases && (now >= next_renewal_ || std::ranges::any_of(departing_, is_due))) renew_all(now, actions);
    if (recall_failed_) recall(actions);
    // Its time has come, and nobody has said so yet: whoever started it may have died over it.
    if (group_.state == GroupState::scheduled && group_.scheduled_for && now >= *group_.scheduled_for + kRetryEvery)
        reload_wanted_ = true;
    if (reload_wanted_ && now >= next_reload_) {
        reload_wanted_ = false;
        next_reload_ = now + kRetryEvery;
        actions.emplace_back(Reload{});
    }
    if (group_.state == GroupState::running) {
        if (now >= next_attendance_) attend(now, actions);
        if (now >= group_.ends_at.value() && now >= next_finish_) {
            next_finish_ = now + kRetryEvery;
            actions.push_back(Finish{std::nullopt, EventReason::completed});
        }
    }
    if (farewell_at_ && now >= *farewell_at_) {
        for (const auto& [connection, member] : members_) actions.push_back(Close{connection, kCloseOver});
        farewell_at_ = now + kFarewell;
    }
}

}  // namespace mindspace::meditation
