#pragma once
// How a group runs, as PostgreSQL keeps it: when it starts and ends, who sat with it for how long, and the sessions
// that come of it. Every write can be repeated, by any node: a group starts once, ends once, and gives each of its
// participants one session at most.

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

// A member, and when they came or left.
struct Presence {
    UserId user{};
    Timestamp at{};
};

// A member was present from then until then.
struct Stretch {
    UserId user{};
    Timestamp since{};
    Timestamp until{};
};

// What a node knows of the attendance of a group. Stretches only add to what is known before: a record that is late,
// repeated, or out of order changes nothing else.
struct AttendanceRecord {
    std::vector<Stretch> stretches;
    std::vector<Presence> left;    // of those whose last connection it was
    std::vector<Presence> joined;  // for `group.joined` only

    [[nodiscard]] bool is_empty() const { return stretches.empty() && left.empty() && joined.empty(); }
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

    // When it ends. Nothing when the group is not scheduled (any more), or not of that host.
    Awaitable<std::optional<Timestamp>> start(GroupId id, UserId host, Timestamp starts_at, Timestamp now);
    // Starts scheduled groups whose time has come, a hundred at most: from that time on, however late it is noticed.
    // Those that this call has started.
    Awaitable<std::vector<GroupStart>> start_due(Timestamp now);
    // Ends a running group, whose end has come, whose host wishes it or whose host is gone, and makes the sessions of
    // those who sat for kLeastSeconds or more and are known to have left, or to have stayed to the end; the others'
    // come with what record() brings. In its countdown the group is cancelled instead, without sessions. Changes
    // nothing when it does not run (any more), or `at` is before the end and the reason `completed`. How it ended;
    // nothing when it has not.
    Awaitable<std::optional<GroupEnd>> finish(GroupId id, std::string_view reason, Timestamp at);
    // Groups that ended kSettleAfter ago or longer, whose sessions may not all be made yet; a hundred at most.
    Awaitable<std::vector<GroupId>> list_unsettled(Timestamp now);
    // Makes the sessions of all others, by what is known of them.
    Awaitable<> settle(GroupId id, Timestamp now);
    // Running groups whose end has passed.
    Awaitable<std::vector<GroupId>> list_due(Timestamp now);
    // Running groups whose host has been away for kHostAway, and in which nobody sits as far as is known here.
    Awaitable<std::vector<GroupId>> list_deserted(Timestamp now);

    // Cancels scheduled groups that were not started within kStartLimit of their time, a hundred at most.
    Awaitable<std::vector<GroupId>> cancel_unstarted(Timestamp now);

    // Adds to the attendance of a group that is not cancelled. When it has ended, the sessions of those it is about are
    // made, or lengthened, however late that is.
    Awaitable<> record(GroupId id, AttendanceRecord record, Timestamp now);

    static constexpr Seconds kGrace{10};  // a shorter break is none
    static constexpr Seconds kRefreshInterval{15};
    static constexpr Seconds kSilence{30};      // a member who was not confirmed for two refreshes may be gone
    static constexpr Seconds kSettleAfter{30};  // longer than any lease of a lost node
    static constexpr std::chrono::hours kStartLimit{24};
    static constexpr std::int32_t kLeastSeconds = 60;
    static constexpr Seconds kHostAway{120};  // then somebody else is the host, or the group ends

private:
    postgres::Client& database_;
};

// The id of the session that a participant gets from a group: whoever makes it makes the same.
MeditationSessionId group_session_id(GroupId group, UserId user);

}  // namespace mindspace::meditation
