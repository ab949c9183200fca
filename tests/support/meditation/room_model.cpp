#include "support/meditation/room_model.h"

#include "services/meditation/rooms/state/room.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace mindspace::meditation {

namespace {

constexpr std::size_t kLogSize = 1000;
constexpr std::size_t kNamed = 20;
constexpr std::size_t kFirst = 50;
constexpr std::size_t kReapedAtOnce = 1000;

std::vector<Participant> values_of(const std::map<UserId, Participant>& people) {
    std::vector<Participant> values;
    for (const auto& [user, participant] : people) values.push_back(participant);
    return values;
}

}  // namespace

void RoomModel::open(GroupId) {
    room_.reset();
}

void RoomModel::open_room(const RoomFacts& facts, Timestamp now) {
    if (room_) return;
    room_.emplace();
    room_->epoch = "epoch " + std::to_string(++epochs_);
    room_->facts = facts;
    room_->reaped_at = now;
    room_->host_left_at = now;
}

void RoomModel::order(RoomEvent event) {
    event.seq = ++room_->seq;
    event.epoch = room_->epoch;
    auto text = schema::to_json(event);
    room_->log.push_back({std::move(event), std::move(text)});
    if (room_->log.size() > kLogSize) room_->log.erase(room_->log.begin());
}

bool RoomModel::announces_counts_only() const {
    return room_->people.size() > counts_only_ && room_->facts.state == GroupState::running;
}

void RoomModel::announce_presence(EventType type, const Participant& who, std::optional<EventReason> reason) {
    auto count = static_cast<std::int64_t>(room_->people.size());
    bool is_join = type == EventType::join;
    bool is_waiting =
        room_->announced_count != (is_join ? count - 1 : count + 1) || !room_->joined.empty() || !room_->left.empty();
    if (is_large() || is_waiting) {
        (is_join ? room_->left : room_->joined).erase(who.id);
        auto& mine = is_join ? room_->joined : room_->left;
        if (mine.size() < kNamed && !announces_counts_only()) mine[who.id] = who;
        return;
    }
    room_->announced_count = count;
    order(RoomEvent{.type = type, .participant = who, .participant_count = count, .reason = reason});
}

Milliseconds RoomModel::flush(Timestamp now) {
    if (!room_) return {};
    auto count = static_cast<std::int64_t>(room_->people.size());
    bool is_changed = room_->announced_count != count || !room_->joined.empty() || !room_->left.empty();
    if (!is_changed && room_->tally.empty()) return {};
    const Milliseconds interval(announces_counts_only() ? 10'000 : std::max<std::int64_t>(250, count / 40));
    auto waited = std::chrono::abs(now - room_->flushed_at);
    if (waited < interval) return interval - waited;
    room_->flushed_at = now;
    room_->announced_count = count;
    if (is_changed) {
        if (announces_counts_only()) room_->joined.clear(), room_->left.clear();
        order(RoomEvent{.type = EventType::presence,
                        .participant_count = count,
                        .joined = values_of(room_->joined),
                        .left = values_of(room_->left)});
    }
    if (!room_->tally.empty()) {
        ReactionCounts counts;
        for (auto [kind, number] : room_->tally) {
            auto& sum = kind == ReactionKind::heart ? counts.heart
                        : kind == ReactionKind::bow ? counts.bow
                                                    : counts.smile;
            sum = number;
        }
        order(RoomEvent{.type = EventType::reaction, .counts = counts});
    }
    room_->joined.clear();
    room_->left.clear();
    room_->tally.clear();
    return {};
}

std::optional<std::vector<OrderedEvent>> RoomModel::events_after(std::int64_t seq) const {
    auto missing = room_->seq - seq;
    if (missing < 0 || missing > static_cast<std::int64_t>(room_->log.size())) return std::nullopt;
    return std::vector(room_->log.end() - missing, room_->log.end());
}

std::optional<EnterResult> RoomModel::enter(const EnterRequest& request, Timestamp now) {
    open_room(request.facts, now);
    auto user = request.lease.user;
    bool is_new = !room_->people.contains(user);
    auto most = static_cast<std::size_t>(request.max_participants);
    if (is_new && most > 0 && room_->people.size() >= most) return std::nullopt;
    room_->leases[{user, request.lease.connection}] = request.lease.expires_at;
    if (user == room_->facts.host) room_->host_left_at.reset();
    if (request.announcement == Announcement::normal) room_->has_newcomers = true;
    if (is_new) {
        room_->people[user] = request.participant;
        room_->arrivals.push_back(user);
        if (room_->has_newcomers)
            announce_presence(EventType::join, request.participant);
        else
            ++room_->announced_count;
    } else {
        auto present = request.participant;
        present.joined_at = room_->people[user].joined_at;
        bool is_changed = schema::to_json(present) != schema::to_json(room_->people[user]);
        room_->people[user] = present;
        if (is_changed && room_->joined.size() < kNamed && !announces_counts_only()) room_->joined[user] = present;
    }
    auto due_in = flush(now);
    if (room_->announced_count != count_participants()) room_->announced_count = -1;
    EnterResult entry{.epoch = room_->epoch,
                      .seq = room_->seq,
                      .facts = room_->facts,
                      .is_new = is_new,
                      .participant_count = count_participants(),
                      .self = room_->people[user],
                      .participants = {},
                      .missed = {},
                      .flush_due_in = due_in};
    for (std::size_t i = 0; i < std::min(kFirst, room_->arrivals.size()); ++i)
        entry.participants.push_back(room_->people[room_->arrivals[i]]);
    if (request.resume && request.resume->epoch == room_->epoch) entry.missed = events_after(request.resume->seq);
    return entry;
}

bool RoomModel::end_lease(LeaseKey lease, EventReason reason, Timestamp now) {
    if (room_->leases.erase(lease) == 0) return false;
    auto user = lease.first;
    if (std::ranges::any_of(room_->leases, [&](const auto& entry) { return entry.first.first == user; })) return false;
    auto participant = room_->people.at(user);
    room_->people.erase(user);
    std::erase(room_->arrivals, user);
    if (user == room_->facts.host) room_->host_left_at = now;
    announce_presence(EventType::leave, participant, reason);
    return true;
}

LeaveResult RoomModel::leave(const Lease& lease, EventReason reason, Timestamp now) {
    if (!room_) return {};
    bool has_left = end_lease({lease.user, lease.connection}, reason, now);
    return {.has_left = has_left, .flush_due_in = flush(now)};
}

std::pair<std::vector<Lease>, bool> RoomModel::reap_expired(Timestamp now) {
    auto pause = now - std::exchange(room_->reaped_at, now);
    std::vector<std::tuple<Timestamp, std::string, LeaseKey>> expired;
    for (auto& [lease, expires_at] : room_->leases) {
        if (expires_at > now) continue;
        if (pause > Seconds(12))
            expires_at = now + Seconds(10);
        else
            expired.emplace_back(expires_at, lease.first.to_string() + lease.second.to_string(), lease);
    }
    std::ranges::sort(expired);
    bool is_more = expired.size() >= kReapedAtOnce;
    if (is_more) expired.resize(kReapedAtOnce);
    std::vector<Lease> lost_leases;
    for (const auto& [at, text, lease] : expired)
        if (end_lease(lease, EventReason::timeout, now)) lost_leases.push_back({lease.first, lease.second, at});
    return {std::move(lost_leases), is_more};
}

RenewResult RoomModel::renew(const RoomFacts& facts, const std::vector<Lease>& leases, Timestamp now) {
    open_room(facts, now);
    RenewResult renewal{.epoch = room_->epoch, .unknown = {}, .lost = {}, .host_left_at = {}, .longest_present = {}};
    for (const auto& lease : leases) {
        auto known = room_->leases.find({lease.user, lease.connection});
        if (known == room_->leases.end())
            renewal.unknown.push_back(lease.connection);
        else
            known->second = lease.expires_at;
    }
    auto [lost_leases, is_more] = reap_expired(now);
    renewal.lost = std::move(lost_leases);
    renewal.is_all_reaped = !is_more;
    renewal.flush_due_in = flush(now);
    renewal.seq = room_->seq;
    renewal.host = room_->facts.host;
    renewal.host_left_at = room_->host_left_at;
    if (!room_->arrivals.empty()) renewal.longest_present = room_->arrivals.front();
    return renewal;
}

ReapResult RoomModel::reap(Timestamp now) {
    if (!room_) return {.lost = {}, .is_empty = true};
    auto lost_leases = reap_expired(now).first;
    flush(now);
    return {.lost = std::move(lost_leases), .is_empty = room_->leases.empty()};
}

ReactResult RoomModel::react(const ReactionRequest& request, Timestamp now) {
    if (!room_ || (!request.epoch.empty() && request.epoch != room_->epoch))
        return {.outcome = ReactResult::Outcome::outdated};
    auto& state = room_->reactions[*request.reaction.from];
    if (!state.admit(request.limit, limits::microseconds(now))) return {.outcome = ReactResult::Outcome::too_many};
    if (is_large())
        ++room_->tally[*request.reaction.kind];
    else
        order(request.reaction);
    return {.flush_due_in = flush(now)};
}

void RoomModel::announce(const RoomFacts& facts, const RoomEvent& event) {
    if (!room_ || room_->facts.state == facts.state || room_->facts.state == GroupState::ended) return;
    room_->facts.state = facts.state;
    room_->facts.starts_at = facts.starts_at;
    room_->facts.ends_at = facts.ends_at;
    order(event);
}

void RoomModel::announce_change(const Group& group, Timestamp now) {
    if (!room_ || group.version <= room_->facts.version) return;
    auto known = std::exchange(room_->facts.host, group.host.id);
    room_->facts.version = group.version;
    if (room_->people.contains(group.host.id))
        room_->host_left_at.reset();
    else if (known != group.host.id)
        room_->host_left_at = now;
    auto changed = group;
    changed.participant_count = static_cast<std::int32_t>(count_participants());
    order(make_group_changed(std::move(changed)));
}

History RoomModel::read_after(std::int64_t seq) {
    if (!room_) return {.epoch = {}, .events = {}};
    return {.epoch = room_->epoch, .seq = room_->seq, .events = events_after(seq)};
}

std::int64_t RoomModel::count_participants() {
    return room_ ? static_cast<std::int64_t>(room_->people.size()) : 0;
}

bool RoomModel::is_consistent() const {
    if (!room_) return true;
    std::set<UserId> leased;
    for (const auto& [lease, expires_at] : room_->leases) leased.insert(lease.first);
    std::set<UserId> present;
    for (const auto& [user, participant] : room_->people) present.insert(user);
    return leased == present && std::set(room_->arrivals.begin(), room_->arrivals.end()) == present &&
           room_->arrivals.size() == present.size();
}

}  // namespace mindspace::meditation
