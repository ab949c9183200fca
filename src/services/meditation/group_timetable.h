#pragma once
// How a group runs, as PostgreSQL keeps it: when it starts and ends, who sat with it for how long, and the sessions
// that come of it. Every write can be repeated, by any node: a group starts once, ends once, and gives each of its
// participants one session at most.

#include "platform/base/async.h"
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

// Somebody, and since or until when.
struct Presence {
    UserId user{};
    Timestamp at{};
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
    // all who sat for kLeastSeconds or more. Changes nothing when it does not run (any more), or `at` is before the end
    // and the reason `completed`. How it ended, whoever ended it; nothing when it has not.
    Awaitable<std::optional<GroupEnd>> finish(GroupId id, std::string_view reason, Timestamp at);
    // Running groups whose end has passed.
    Awaitable<std::vector<GroupId>> list_due(Timestamp now);
    // Running groups whose host has been away for kHostAway, and in which nobody sits as far as is known here.
    Awaitable<std::vector<GroupId>> list_deserted(Timestamp now);

    // They came. Counts for attendance while the group runs.
    Awaitable<> record_joined(GroupId id, std::vector<Presence> joined, Timestamp now);
    // They are still there, each since `at`: told anew every kRefreshInterval, so that a lost node loses no more.
    Awaitable<> record_seen(GroupId id, std::vector<Presence> seen, Timestamp now);
    // They left. What came after the end changes nothing.
    Awaitable<> record_left(GroupId id, std::vector<Presence> left, Timestamp now);

    static constexpr Seconds kRefreshInterval{15};
    static constexpr std::int32_t kLeastSeconds = 60;
    static constexpr Seconds kHostAway{120};  // then somebody else is the host, or the group ends

private:
    postgres::Client& database_;
};

// The id of the session that a participant gets from a group: whoever makes it makes the same.
MeditationSessionId group_session_id(GroupId group, UserId user);

}  // namespace mindspace::meditation
