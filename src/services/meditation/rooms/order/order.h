#pragma once
// The shared order and presence of rooms, in Redis: every event gets the next number of its room there, is kept in a
// short log and published to all cores that have sockets of the room. A participant counts once, however many
// connections they have; each connection holds a lease, and with the last lease the participant leaves. In rooms of
// more than 100, comings, goings and reactions come together in few events, told by flush(). One object a core. Every
// call is one round trip (announce_change two, and three where Redis is full: then the room's log goes first). Fault:
// Unavailable when Redis is down; then nothing, or everything, was done.

#include "platform/async/awaitable.h"
#include "platform/limits/gcra.h"
#include "services/meditation/rooms/state/messages.h"

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

// What is known of the group; only makes the room when Redis has none.
struct RoomFacts {
    GroupId group{};
    GroupState state{};
    std::optional<Timestamp> starts_at;
    std::optional<Timestamp> ends_at;
    UserId host{};
    std::int32_t version = 0;
};

// A quiet entry is that of somebody who was there before Redis forgot the room.
enum class Announcement { told, quiet };

struct EnterRequest {
    RoomFacts facts;
    Lease lease;
    Participant participant;
    std::int32_t max_participants = 0;  // 0: any number
    Announcement announcement = Announcement::told;
    std::optional<ResumePoint> resume;
};

// An event as it is published: whole, with its number.
struct OrderedEvent {
    RoomEvent event;
    std::string text;
};

// The room as of `seq`.
struct Entry {
    std::string epoch;
    std::int64_t seq = 0;
    RoomFacts facts;
    bool is_new = false;  // they were not in the room before
    std::int64_t participant_count = 0;
    Participant self;
    std::vector<Participant> participants;            // the first 50
    std::optional<std::vector<OrderedEvent>> missed;  // since the resume point; nothing when that is too long ago
    Milliseconds flush_due_in{};                      // zero: there is nothing to flush
};

struct Departure {
    bool has_left = false;  // it was the participant's last lease
    Milliseconds flush_due_in{};
};

struct Renewal {
    std::string epoch;
    std::int64_t seq = 0;
    std::vector<ConnectionId> unknown;  // leases that are not there (any more)
    std::vector<Lease> gone;            // with these expired ones participants left
    bool is_all_reaped = false;         // no expired lease is left
    Milliseconds flush_due_in{};
    UserId host{};
    std::optional<Timestamp> host_left_at;  // while they are away; in a new room: since it was made
    std::optional<UserId> longest_present;  // nothing: nobody is there
};

struct Reaping {
    std::vector<Lease> gone;
    bool is_deserted = false;  // no lease is left
};

struct History {
    std::string epoch;  // "" when Redis knows no such room
    std::int64_t seq = 0;
    std::optional<std::vector<OrderedEvent>> events;  // nothing when the log does not reach back so far
};

// Of one user: `quota` reactions at once, and as many in each 10 s.
inline limits::Policy reaction_limit(double quota) {
    return {"reactions", quota, Seconds(10)};
}

struct ReactionRequest {
    std::string epoch;  // that it is meant for; "" for any
    RoomEvent reaction;
    limits::Policy limit;
};

struct Reacted {
    enum class Outcome { ordered, outdated, too_many };  // outdated: the room has another epoch than the one named
    Outcome outcome = Outcome::ordered;
    Milliseconds flush_due_in{};  // zero for never
    bool operator==(const Reacted&) const = default;
};

// The channel on which a room's events are published.
std::string room_channel(GroupId group);
OrderedEvent parse_event(std::string_view text);

class RoomOrder {
public:
    explicit RoomOrder(redis::Client& redis) : redis_(redis) {}

    // Nothing when the room is full.
    Awaitable<std::optional<Entry>> enter(EnterRequest request, Timestamp now);
    // With the last lease of a participant the reason is told: left or kicked.
    Awaitable<Departure> leave(GroupId group, Lease lease, EventReason reason, Timestamp now);
    Awaitable<Renewal> renew(RoomFacts facts, std::vector<Lease> leases, Timestamp now);
    // Takes expired leases away without holding any.
    Awaitable<Reaping> reap(GroupId group, Timestamp now);
    Awaitable<Reacted> react(GroupId group, ReactionRequest request, Timestamp now);
    // Tells what has come together, if it is time; when the next flush is due, zero for never.
    Awaitable<Milliseconds> flush(GroupId group, Timestamp now);
    // Publishes the event (start, end) that brings the room to facts.state, once, whoever tells it how often.
    Awaitable<> announce(RoomFacts facts, RoomEvent event);
    // Publishes that the group is now as it is here (host, title, …), once for each version and never backwards.
    Awaitable<> announce_change(Group group, Timestamp now);
    Awaitable<History> read_after(GroupId group, std::int64_t seq);

    // How many are in each room, in the order given. Without Redis nobody knows: zeros.
    Awaitable<std::vector<std::int32_t>> count_participants(std::vector<GroupId> groups);
    // As Redis has it; a fault when it cannot be asked.
    Awaitable<bool> is_empty(GroupId group);
    Awaitable<bool> has_participant(GroupId group, UserId user);

private:
    redis::Client& redis_;
};

}  // namespace mindspace::meditation
