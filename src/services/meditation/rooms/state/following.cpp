// How a room follows the shared order: events arrive numbered and in sequence; missing events are replayed from the
// log; when Redis lost its data, the next epoch is rebuilt from what the cores know.

#include "services/meditation/rooms/state/room.h"

#include <algorithm>
#include <utility>

namespace mindspace::meditation {

Actions Room::on(const EventReceived& what, Timestamp now) {
    Actions actions;
    follow(what.event, now, actions);
    return actions;
}

void Room::follow(const OrderedEvent& ordered, Timestamp now, Actions& actions) {
    auto seq = *ordered.event.seq;
    if (!has_audience()) {  // no client would miss the events in between
        epoch_ = *ordered.event.epoch;
        newest_ = seq_ = seq - 1;
    }
    // From an earlier or a later epoch: only a reply from Redis shows which.
    if (*ordered.event.epoch != epoch_) return replay(actions);
    if (seq <= seq_) return;
    if (seq > seq_ + 1) {
        newest_ = std::max(newest_, seq);
        return replay(actions);
    }
    seq_ = seq;
    deliver(ordered, actions);
    const auto& event = ordered.event;
    auto next = facts();
    if (event.type == EventType::group) {
        auto group = event.group.value();
        group.version = event.version.value();
        if (group.version > group_.version) replace_group(group);
        if (pending_group_ && pending_group_->version <= group.version) pending_group_.reset();
    } else if (event.type == EventType::start) {
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
    if (ordered.event.type == EventType::start)
        deliver.starts_at = ordered.event.starts_at.transform(&from_clock_value);
    if (ordered.event.type == EventType::end) deliver.ended_at = ordered.event.ended_at.transform(&from_clock_value);
    std::shared_ptr<const OrderedEvent> buffered;
    for (auto& [connection, member] : members_) {
        if (member.stage == Stage::joined && member.from_seq < seq_) deliver.to.push_back(connection);
        if (member.stage != Stage::entering) continue;
        if (member.buffered.size() >= kMaxBuffered) {
            actions.push_back(Close{connection, http::CloseCode::try_again_later});
            continue;
        }
        if (!buffered) buffered = std::make_shared<const OrderedEvent>(ordered);
        member.buffered.push_back(buffered);
    }
    if (!deliver.to.empty()) actions.emplace_back(std::move(deliver));
}

bool Room::has_audience() const {
    return joined_count_ > 0 ||
           std::ranges::any_of(members_, [](const auto& entry) { return !entry.second.buffered.empty(); });
}

// If Redis lost its data, numbering restarts, has reached `seq` by now, and the room sends Redis what it lost.
void Room::switch_epoch(const std::string& epoch, std::int64_t seq, Timestamp now, Actions& actions) {
    if (epoch == epoch_) return;
    epoch_ = epoch;
    seq_ = 0;
    newest_ = seq;
    for (auto& [connection, member] : members_) member.from_seq = 0;
    renew_all(now, actions);
    actions.emplace_back(ReloadGroup{});
    if (seq > 0) replay(actions);
}

void Room::replay(Actions& actions) {
    if (replaying_) return;
    replaying_ = true;
    replay_failed_ = false;
    replay_target_ = newest_;
    actions.push_back(ReplayEvents{epoch_, seq_});
}

Actions Room::on(const EventsReplayed& what, Timestamp now) {
    Actions actions;
    const auto& history = what.history;
    replaying_ = false;
    if (history.epoch.empty()) {
        renew_all(now, actions);
        return actions;
    }
    if (history.epoch != epoch_ || what.task.epoch != epoch_) {  // the reply is about another epoch
        switch_epoch(history.epoch, history.seq, now, actions);
        if (history.seq > seq_) replay(actions);
        return actions;
    }
    if (!history.events) {
        // Too many events were missed: the clients must reconnect and start from the current state.
        seq_ = history.seq;
        for (const auto& [connection, member] : members_)
            if (member.stage != Stage::waiting) actions.push_back(Close{connection, http::CloseCode::service_restart});
        return actions;
    }
    for (const auto& event : *history.events) follow(event, now, actions);
    // Events that were known when the replay was requested, and are not in it, were lost in a failover.
    if (newest_ == replay_target_) newest_ = seq_;
    if (newest_ > seq_) replay(actions);
    return actions;
}

Actions Room::on(const SubscriptionInterrupted&, Timestamp now) {
    Actions actions;
    if (members_.empty()) return actions;
    renew_all(now, actions);
    reload_needed_ = true;
    if (has_audience()) replay(actions);
    return actions;
}

void Room::renew_all(Timestamp now, Actions& actions) {
    next_renewal_ = now + kRenewEvery;
    if (renewing_) return;
    renewing_ = true;
    RenewLeases renew{.leases = {}, .is_complete = true};
    for (const auto& [connection, member] : members_)
        if (member.stage == Stage::joined)
            renew.leases.push_back(Lease{member.owner.user, connection, now + kLeaseTtl});
    for (const auto& [connection, leaving] : leaving_)
        renew.leases.push_back(Lease{leaving.owner.user, connection, leaving.expires_at});
    actions.emplace_back(std::move(renew));
}

Actions Room::on(const LeasesRenewed& what, Timestamp now) {
    Actions actions;
    const auto& renewal = what.renewal;
    bool is_rebuilt = !settled_epoch_.empty() && renewal.epoch != settled_epoch_;
    switch_epoch(renewal.epoch, renewal.seq, now, actions);  // does not renew again what this task renewed
    flush_in(renewal.flush_due_in, now);
    replace_host(renewal, now, actions);
    if (what.task.is_complete) renewing_ = false;
    if (is_rebuilt && !what.task.is_complete) return actions;  // all leases are renewed soon
    for (auto connection : renewal.unknown) {
        if (const auto* member = find(connection))
            reenter(member->owner, now + kLeaseTtl, is_rebuilt ? Announcement::silent : Announcement::normal, now,
                    actions);
        else if (auto leaving = leaving_.find(connection); leaving != leaving_.end() && is_rebuilt)
            reenter(leaving->second.owner, leaving->second.expires_at, Announcement::silent, now, actions);
        else
            leaving_.erase(connection);
    }
    if (what.task.is_complete) settled_epoch_ = renewal.epoch;
    if (is_rebuilt || !renewal.is_all_reaped) return actions;
    for (const auto& lease : what.task.leases) {
        auto leaving = leaving_.find(lease.connection);
        if (leaving != leaving_.end() && lease.expires_at <= what.requested_at) leaving_.erase(leaving);
    }
    return actions;
}

// Participants who were there before Redis lost the room are not announced again; those who were thought gone are.
void Room::reenter(const SocketOwner& owner, Timestamp expires_at, Announcement announcement, Timestamp now,
                   Actions& actions) {
    auto enter = make_enter(owner, expires_at, now);
    enter.request.announcement = announcement;
    actions.emplace_back(std::move(enter));
}

// Entering again announces the new name. If the user is the host, the group has the name, too, and PostgreSQL has
// stored it by now.
Actions Room::on(const ProfileChange& what, Timestamp now) {
    Actions actions;
    if (what.user == group_.host.id) reload_needed_ = true;
    auto [first, last] = connections_of_.equal_range(what.user);
    for (auto found = first; found != last; ++found) {
        auto& member = members_.at(found->second);
        member.owner.display_name = what.display_name;
        member.owner.avatar_url = what.avatar_url;
        if (member.stage != Stage::waiting) reenter(member.owner, now + kLeaseTtl, Announcement::normal, now, actions);
    }
    return actions;
}

Enter Room::make_enter(const SocketOwner& owner, Timestamp expires_at, Timestamp now) const {
    Participant participant{.id = owner.user,
                            .display_name = owner.display_name,
                            .avatar_url = owner.avatar_url,
                            .joined_at = to_clock_value(now)};
    return Enter{EnterRequest{.facts = facts(),
                              .lease = {owner.user, owner.connection, expires_at},
                              .participant = std::move(participant),
                              .max_participants = group_.max_participants.value_or(0),
                              .announcement = Announcement::normal,
                              .resume = {}}};
}

// Redis lost the room between two of our calls: it is recreated, and the event follows.
Actions Room::on(const ReactionOutdated& what, Timestamp now) {
    Actions actions;
    renew_all(now, actions);
    auto again = what.task;
    again.request.epoch.clear();
    actions.emplace_back(std::move(again));
    return actions;
}

void Room::flush_in(Milliseconds due_in, Timestamp now) {
    if (due_in > Milliseconds(0)) next_flush_ = now + due_in;
}

Actions Room::on(const FlushDue& what, Timestamp now) {
    flush_in(what.due_in, now);
    return {};
}

void Room::record_attendance(Timestamp now, Actions& actions) {
    next_attendance_ = now + GroupTimetable::kRefreshInterval;
    if (group_.ends_at && now < *group_.ends_at) next_attendance_ = std::min(next_attendance_, *group_.ends_at);
    RecordAttendance attendance;
    for (const auto& [connection, member] : members_)
        if (member.stage == Stage::joined) attendance.seen.push_back({member.owner.user, member.joined_at, now});
    if (!attendance.seen.empty()) actions.emplace_back(std::move(attendance));
}

void Room::run_clock(Timestamp now, Actions& actions) {
    auto is_due = [&](const auto& entry) { return entry.second.expires_at < now; };
    bool has_leases = joined_count_ > 0 || !leaving_.empty();
    if (has_leases && (now >= next_renewal_ || std::ranges::any_of(leaving_, is_due))) renew_all(now, actions);
    if (replay_failed_) replay(actions);
    if (next_flush_ && now >= *next_flush_) {
        next_flush_.reset();
        actions.emplace_back(Flush{});
    }
    if (group_.state == GroupState::running && now >= next_attendance_) record_attendance(now, actions);
}

}  // namespace mindspace::meditation
