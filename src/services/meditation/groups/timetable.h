#pragma once
// How a group runs, as stored in PostgreSQL: when it starts and ends, who attended it for how long, and the resulting
// sessions. Every write can be repeated, by any node: a group starts once, ends once, and gives each of its
// participants at most one session.

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "services/meditation/ids.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::meditation {

// A member, and when they arrived or left.
struct Presence {
    UserId user{};
    Timestamp at{};
};

// A member was present between these two times.
struct AttendanceInterval {
    UserId user{};
    Timestamp since{};
    Timestamp until{};
};

// What a node knows of the attendance of a group. Intervals only add to what is known already: a record that is late,
// repeated, or out of order changes nothing else.
struct AttendanceRecord {
    std::vector<AttendanceInterval> intervals;
    std::vector<Presence> left;    // members whose last connection ended
    std::vector<Presence> joined;  // for `group.joined` only

    [[nodiscard]] bool is_empty() const { return intervals.empty() && left.empty() && joined.empty(); }
};

struct GroupEnd {
    Timestamp at{};
    std::string reason;  // "completed", "host" or "hostGone"
};

struct GroupStart {
    GroupId id{};
    UserId host{};
    Timestamp starts_at{};
    Timestamp ends_at{};
};

class GroupTimetable {
public:
    explicit GroupTimetable(postgres::Client& database) : database_(database) {}

    // Returns when it ends. Nothing (nullopt) if the group is not (or no longer) scheduled, or has a different host.
    Awaitable<std::optional<Timestamp>> start(GroupId id, UserId host, Timestamp starts_at, Timestamp now);
    // Starts scheduled groups whose time has come, at most a hundred. They count as started at that time, however late
    // the call is. Returns those that this call has started.
    Awaitable<std::vector<GroupStart>> start_due(Timestamp now);
    // Ends a running group because its end has come, its host requests it or its host is gone. Creates the sessions of
    // the members who attended for kMinSeconds or more and are known to have left, or to have stayed to the end;
    // record() creates the others' when their attendance arrives. A group in its countdown is cancelled instead,
    // without sessions. Changes nothing if the group is not (or no longer) running, or if `at` is before the end and
    // the reason is `completed`. Returns how it ended; nothing (nullopt) if it has not.
    Awaitable<std::optional<GroupEnd>> finish(GroupId id, std::string_view reason, Timestamp at);
    // Groups that ended at least kSettleAfter ago, whose sessions may not all exist yet; at most a hundred.
    Awaitable<std::vector<GroupId>> list_unsettled(Timestamp now);
    // Creates the sessions of all other members, from what is known of them.
    Awaitable<> settle(GroupId id, Timestamp now);
    // Running groups whose end has passed.
    Awaitable<std::vector<GroupId>> list_due(Timestamp now);
    // Running groups whose host has been absent for kMaxHostAbsence, and in which no participant is known to
    // PostgreSQL.
    Awaitable<std::vector<GroupId>> list_empty(Timestamp now);

    // Cancels scheduled groups that were not started within kStartLimit of their time, at most a hundred.
    Awaitable<std::vector<GroupId>> cancel_unstarted(Timestamp now);

    // Adds to the attendance of a group that is not cancelled. If the group has ended, creates or lengthens the
    // sessions of the members in the record, however late it arrives.
    Awaitable<> record(GroupId id, AttendanceRecord record, Timestamp now);

    static constexpr Seconds kGrace{10};  // a shorter break does not count as one
    static constexpr Seconds kRefreshInterval{15};
    static constexpr Seconds kConfirmationTimeout{30};  // a member who was not confirmed for two refreshes may be gone
    static constexpr Seconds kSettleAfter{30};          // longer than any lease of a lost node
    static constexpr std::chrono::hours kStartLimit{24};
    static constexpr std::int32_t kMinSeconds = 60;
    static constexpr Seconds kMaxHostAbsence{120};  // then another participant becomes the host, or the group ends

private:
    postgres::Client& database_;
};

// The id of the session that a participant gets from a group. It is derived, so that every node creates the same
// session.
MeditationSessionId group_session_id(GroupId group, UserId user);

}  // namespace mindspace::meditation
