#pragma once
// The shared order and presence of rooms, in Redis. Every event gets the next number of its room, is appended to a
// short log and is published to all cores that have sockets of the room. A participant counts once, however many
// connections they have; each connection holds a lease, and the participant leaves when their last lease ends. In rooms
// of more than 100 participants, joins, leaves and reactions are combined into few events, which flush() publishes. One
// object per core. Every call is one round trip (announce_change takes two, and three if Redis is full: then the room's
// log is removed first). Fault: Unavailable if Redis is down; then the call had either no effect or its complete
// effect.

#include "platform/async/awaitable.h"
#include "platform/limits/gcra.h"
#include "services/meditation/rooms/state/messages.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::redis {
class Client;
}

namespace mindspace::meditation {

using ConnectionId = Id<struct ConnectionTag>;

struct Lease {
    UserId user{};
    ConnectionId connection{};
    Timestamp expires_at{};
};

// What is known of the group. Only creates the room if Redis has none.
struct RoomFacts {
    GroupId group{};
    GroupState state{};
    std::optional<Timestamp> starts_at;
    std::optional<Timestamp> ends_at;
    UserId host{};
    std::int32_t version = 0;
};

// `silent` is for a participant who was there before Redis lost the room.
enum class Announcement { normal, silent };

struct EnterRequest {
    RoomFacts facts;
    Lease lease;
    Participant participant;
    std::int32_t max_participants = 0;  // 0: unlimited
    Announcement announcement = Announcement::normal;
    std::optional<ResumePoint> resume;
};

// An event as it is published: complete, with its number.
struct OrderedEvent {
    RoomEvent event;
    std::string text;
};

// The room as of `seq`.
struct EnterResult {
    std::string epoch;
    std::int64_t seq = 0;
    RoomFacts facts;
    bool is_new = false;  // they were not in the room before
    std::int64_t participant_count = 0;
    Participant self;
    std::vector<Participant> participants;            // the first 50
    std::optional<std::vector<OrderedEvent>> missed;  // since the resume point; nullopt if that is too long ago
    Milliseconds flush_due_in{};                      // zero: there is nothing to flush
};

struct LeaveResult {
    bool has_left = false;  // it was the participant's last lease
    Milliseconds flush_due_in{};
};

struct RenewResult {
    std::string epoch;
    std::int64_t seq = 0;
    std::vector<ConnectionId> unknown;  // leases that do not exist (or no longer exist)
    std::vector<Lease> lost;            // participants left with these expired leases
    bool is_all_reaped = false;         // no expired lease remains
    Milliseconds flush_due_in{};
    UserId host{};
    std::optional<Timestamp> host_left_at;  // while the host is absent; in a new room: since it was created
    std::optional<UserId> longest_present;  // nullopt: the room is empty
};

struct ReapResult {
    std::vector<Lease> lost;
    bool is_empty = false;  // no lease remains
};

struct History {
    std::string epoch;  // "" if Redis does not have the room
    std::int64_t seq = 0;
    std::optional<std::vector<OrderedEvent>> events;  // nullopt if the log does not reach back that far
};

// For one user: at most `quota` reactions in any 10 s, at least one.
inline limits::Policy reaction_limit(double quota) {
    return {"reactions", std::max(1.0, std::floor(quota)), Seconds(10)};
}

struct ReactionRequest {
    std::string epoch;  // the epoch that it is meant for; "" for any
    RoomEvent reaction;
    limits::Policy limit;
};

struct ReactResult {
    enum class Outcome { ordered, outdated, too_many };  // outdated: the room has a different epoch
    Outcome outcome = Outcome::ordered;
    Milliseconds flush_due_in{};  // zero: there is nothing to flush
    bool operator==(const ReactResult&) const = default;
};

// The channel on which a room's events are published.
std::string room_channel(GroupId group);
OrderedEvent parse_event(std::string_view text);

class RoomOrder {
public:
    explicit RoomOrder(redis::Client& redis) : redis_(redis) {}

    // Nothing (nullopt) if the room is full.
    Awaitable<std::optional<EnterResult>> enter(EnterRequest request, Timestamp now);
    // If it was the participant's last lease, publishes the reason: left or kicked.
    Awaitable<LeaveResult> leave(GroupId group, Lease lease, EventReason reason, Timestamp now);
    Awaitable<RenewResult> renew(RoomFacts facts, std::vector<Lease> leases, Timestamp now);
    // Removes expired leases without renewing any.
    Awaitable<ReapResult> reap(GroupId group, Timestamp now);
    Awaitable<ReactResult> react(GroupId group, ReactionRequest request, Timestamp now);
    // Publishes the combined changes if they are due. Returns the time until the next flush; zero if there is nothing
    // to flush.
    Awaitable<Milliseconds> flush(GroupId group, Timestamp now);
    // Publishes the event (start, end) that brings the room to facts.state. It is published once, however often and by
    // however many callers.
    Awaitable<> announce(RoomFacts facts, RoomEvent event);
    // Publishes the new state of the group (host, title, …), once per version and never an older one.
    Awaitable<> announce_change(Group group, Timestamp now);
    Awaitable<History> read_after(GroupId group, std::int64_t seq);

    // The number of participants of each room, in the given order. Zeros if Redis is unavailable.
    Awaitable<std::vector<std::int32_t>> count_participants(std::vector<GroupId> groups);
    // As recorded in Redis. Throws a fault if Redis cannot be reached.
    Awaitable<bool> is_empty(GroupId group);
    Awaitable<bool> has_participant(GroupId group, UserId user);

private:
    redis::Client& redis_;
};

}  // namespace mindspace::meditation
