#include "services/meditation/rooms/state/room.h"

#include <algorithm>

namespace mindspace::meditation {

namespace {

Send error_to(ConnectionId connection, std::string code, std::string message) {
    ErrorMessage error{.code = std::move(code), .message = std::move(message)};
    return Send{connection, schema::to_json(error)};
}

}  // namespace

Room::Room(Group group, limits::Policy reactions) : group_(std::move(group)), reactions_(reactions) {}

Actions Room::on(const SocketOpened& what, Timestamp now) {
    if (what.group.state > group_.state) reload_needed_ = true;
    update_group(what.group);
    auto& member = members_[what.owner.connection];
    member.owner = what.owner;
    connections_of_.emplace(what.owner.user, what.owner.connection);
    set_deadline(member, now + kHelloTimeout);
    return {};
}

Actions Room::on(const MessageReceived& what, Timestamp now) {
    Actions actions;
    auto* member = find(what.from);
    if (member == nullptr) return actions;
    bool is_hello = std::holds_alternative<Hello>(what.message);
    if (is_hello != (member->stage == Stage::waiting)) {
        actions.push_back(
            error_to(what.from, "bad_message", "The first message must be hello, and hello can be sent only once."));
        return actions;
    }
    std::visit([&](const auto& message) { handle(*member, message, now, actions); }, what.message);
    return actions;
}

void Room::handle(Member& member, const Hello& hello, Timestamp now, Actions& actions) {
    if (is_over(group_.state)) return actions.push_back(Close{member.owner.connection, kCloseOver});
    member.stage = Stage::entering;
    set_deadline(member, member.owner.token_expires_at - kReauthLead);
    auto enter = make_enter(member.owner, now + kLeaseTtl, now);
    enter.request.resume = hello.resume;
    actions.emplace_back(std::move(enter));
}

void Room::handle(Member& member, const StartMessage& message, Timestamp now, Actions& actions) {
    auto from = member.owner.connection;
    if (member.owner.user != group_.host.id)
        return actions.push_back(error_to(from, "forbidden", "Only the host can start the group."));
    if (group_.state != GroupState::scheduled)
        return actions.push_back(error_to(from, "already_started", "The group has already started."));
    actions.push_back(Start{from, member.owner.user, now + Seconds(message.countdown_seconds)});
}

void Room::handle(Member& member, const EndMessage&, Timestamp now, Actions& actions) {
    auto from = member.owner.connection;
    if (member.owner.user != group_.host.id)
        return actions.push_back(error_to(from, "forbidden", "Only the host can end the group."));
    if (group_.state != GroupState::running)
        return actions.push_back(error_to(from, "not_running", "The group is not running."));
    record_attendance(now, actions);
    actions.push_back(Finish{from, EventReason::host});
}

void Room::handle(Member& member, const ReactionMessage& message, Timestamp now, Actions& actions) {
    auto from = member.owner.connection;
    // Rejects here the reactions that this core alone knows to exceed the limit, to spare Redis, which counts for all
    // nodes. The limit is per user: a new connection gets no new quota.
    if (!reactions_.admit(member.owner.user, limits::microseconds(now))) return refuse_reaction(from, actions);
    actions.push_back(
        React{from, {epoch_, make_reaction(member.owner.user, message.kind, message.ref), reactions_.policy()}});
}

void Room::handle(Member& member, const LeaveMessage&, Timestamp now, Actions& actions) {
    remove_member(member, EventReason::left, http::CloseCode::normal, now, actions);
}

void Room::remove_member(const Member& member, EventReason reason, http::CloseCode code, Timestamp now,
                         Actions& actions) {
    auto connection = member.owner.connection;
    confirm(member, now, actions);
    if (member.stage != Stage::waiting)
        actions.push_back(Leave{Lease{.user = member.owner.user, .connection = connection}, reason});
    actions.push_back(Close{connection, code});
    erase_member(connection);
}

void Room::expire_lease(ConnectionId connection, UserId user, Timestamp now) {
    SocketOwner owner{
        .connection = connection, .user = user, .display_name = {}, .avatar_url = {}, .token_expires_at = {}};
    leaving_.try_emplace(connection, LeavingParticipant{std::move(owner), now});
}

void Room::confirm(const Member& member, Timestamp now, Actions& actions) {
    if (member.stage == Stage::joined && !is_over(group_.state))
        actions.emplace_back(RecordAttendance{{{member.owner.user, member.joined_at, now}}});
}

void Room::refuse_reaction(ConnectionId from, Actions& actions) {
    ++refused_reactions_;
    actions.push_back(error_to(from, "rate_limited", "Too many reactions. Wait a few seconds."));
}

Actions Room::on(const TooManyReactions& what, Timestamp) {
    Actions actions;
    refuse_reaction(what.from, actions);
    return actions;
}

Actions Room::on(const TokenRenewed& what, Timestamp) {
    if (auto* member = find(what.connection)) {
        member->owner.token_expires_at = what.expires_at;
        member->reauth_sent = false;
        if (member->stage != Stage::waiting) set_deadline(*member, what.expires_at - kReauthLead);
    }
    return {};
}

// The login session cannot reconnect, so the others need not wait for it.
Actions Room::on(const LoginSessionRevoked& what, Timestamp now) {
    Actions actions;
    if (const auto* member = find(what.connection))
        remove_member(*member, EventReason::kicked, kCloseTokenEnded, now, actions);
    return actions;
}

// A connection that was never in the room leaves nothing to clean up; any other keeps its participant in the room for
// the grace.
Actions Room::on(const SocketLost& what, Timestamp now) {
    Actions actions;
    auto* member = find(what.connection);
    if (member == nullptr) return actions;
    confirm(*member, now, actions);
    if (member->stage != Stage::waiting) {
        LeavingParticipant leaving{member->owner, now + kGrace};
        actions.push_back(
            RenewLeases{{Lease{leaving.owner.user, leaving.owner.connection, leaving.expires_at}}, false});
        leaving_[what.connection] = std::move(leaving);
    }
    erase_member(what.connection);
    return actions;
}

Actions Room::on(const ParticipantEntered& what, Timestamp now) {
    Actions actions;
    auto* member = find(what.connection);
    if (member == nullptr) {  // the connection is gone in the meantime: its entry is undone
        if (what.entry) expire_lease(what.connection, what.entry->self.id, now);
        return actions;
    }
    if (!what.entry) {
        actions.push_back(Close{what.connection, kCloseFull});
        return actions;
    }
    const auto& entry = *what.entry;
    if (joined_count_ > 0) {
        switch_epoch(entry.epoch, entry.seq, now, actions);
    } else {
        seq_ = epoch_ == entry.epoch ? std::max(seq_, entry.seq) : entry.seq;
        epoch_ = entry.epoch;
        if (settled_epoch_.empty() || leaving_.empty()) settled_epoch_ = entry.epoch;
        next_renewal_ = now + kRenewEvery;
    }
    flush_in(entry.flush_due_in, now);
    advance(entry.facts, now, actions);
    if (member->stage == Stage::entering) welcome(*member, entry, now, actions);
    return actions;
}

void Room::welcome(Member& member, const EnterResult& entry, Timestamp now, Actions& actions) {
    member.stage = Stage::joined;
    member.joined_at = now;
    member.from_seq = entry.seq;
    ++joined_count_;
    auto facts = this->facts();
    Welcome welcome{.self = entry.self,
                    .group = group_,
                    .participants = entry.participants,
                    .participant_count = entry.participant_count,
                    .state = facts.state,
                    .starts_at = facts.starts_at.transform(to_clock_value),
                    .ends_at = facts.ends_at.transform(to_clock_value),
                    .bells = {},
                    .epoch = entry.epoch,
                    .seq = entry.seq,
                    .server_time = to_clock_value(now),
                    .resumed = entry.missed.has_value()};
    if (facts.starts_at && facts.ends_at) welcome.bells = bells_between(*facts.starts_at, *facts.ends_at);
    welcome.group.participant_count = static_cast<std::int32_t>(entry.participant_count);
    auto to = member.owner.connection;
    actions.push_back(Send{to, schema::to_json(welcome)});
    if (entry.missed)
        for (const auto& event : *entry.missed) actions.push_back(Send{to, event.text});
    for (const auto& event : member.buffered)
        if (event->event.epoch == entry.epoch && *event->event.seq > entry.seq)
            actions.push_back(Send{to, event->text});
    member.buffered = {};
}

Actions Room::on(const StartRefused& what, Timestamp) {
    reload_needed_ = true;
    return {error_to(what.task.from, "already_started", "The group has already started.")};
}

Actions Room::on(const ClockTicked&, Timestamp now) {
    Actions actions;
    while (!deadlines_.empty() && deadlines_.begin()->first <= now)
        handle_deadline(members_.at(deadlines_.begin()->second), now, actions);
    run_clock(now, actions);
    reconcile_group(now, actions);
    return actions;
}

void Room::handle_deadline(Member& member, Timestamp now, Actions& actions) {
    const auto& owner = member.owner;
    if (member.stage != Stage::waiting && !member.reauth_sent && now < owner.token_expires_at) {
        member.reauth_sent = true;
        Reauth reauth{.expires_in = std::chrono::ceil<Seconds>(owner.token_expires_at - now).count()};
        actions.push_back(Send{owner.connection, schema::to_json(reauth)});
        return set_deadline(member, owner.token_expires_at);
    }
    actions.push_back(Close{owner.connection, member.stage == Stage::waiting ? kCloseNoHello : kCloseTokenEnded});
    set_deadline(member, Timestamp::max());  // until the socket is closed
}

void Room::set_deadline(Member& member, Timestamp at) {
    deadlines_.erase({member.deadline, member.owner.connection});
    member.deadline = at;
    deadlines_.insert({at, member.owner.connection});
}

void Room::erase_member(ConnectionId connection) {
    auto found = members_.find(connection);
    if (found->second.stage == Stage::joined) --joined_count_;
    deadlines_.erase({found->second.deadline, connection});
    auto [first, last] = connections_of_.equal_range(found->second.owner.user);
    connections_of_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == connection; }));
    members_.erase(found);
}

Room::Member* Room::find(ConnectionId connection) {
    auto found = members_.find(connection);
    return found == members_.end() ? nullptr : &found->second;
}

}  // namespace mindspace::meditation
