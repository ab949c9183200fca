#pragma once
// The table groups, as the REST calls use it. How a group starts and ends is in timetable.h. No rules here.

#include "platform/async/awaitable.h"
#include "platform/json/cursor.h"
#include "services/meditation/groups/types.h"

#include <optional>
#include <vector>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::meditation {

// Groups are listed by when they began, are to begin, or were created.
using GroupPosition = ListPosition<GroupId>;

GroupPosition position_of(const Group& group);

enum class GroupInsertion { inserted, known, too_many };

class GroupStore {
public:
    explicit GroupStore(postgres::Client& database) : database_(database) {}

    // Keeps the host at no more than `most` groups scheduled or running, regardless of concurrent requests. Returns
    // `known` if the id exists, or the host's account is gone.
    Awaitable<GroupInsertion> insert(NewGroup group, UserId host, GroupId id, std::int64_t most, Timestamp now);
    Awaitable<std::optional<Group>> find(GroupId id);
    // Public groups in any of the states, soonest first, after the position `after`, at most `count`.
    Awaitable<std::vector<Group>> list(std::vector<std::string_view> states, GroupPosition after, std::int32_t count);
    // Changes a scheduled group of the host, or fields of a running one that are not part of its timetable. False if
    // the group is neither, or does not have the expected version.
    Awaitable<bool> update(GroupId id, UserId host, GroupPatch patch, std::optional<std::int32_t> expected_version,
                           Timestamp now);
    // Cancels a scheduled group of the host. False if it is not one, or does not have the expected version.
    Awaitable<bool> cancel(GroupId id, UserId host, std::optional<std::int32_t> expected_version, Timestamp now);
    // Makes another user the host of a running group. Returns the changed group; nothing (nullopt) if it is not
    // running, `from` is not (or no longer) its host, or the account of `to` is gone.
    Awaitable<std::optional<Group>> hand_over(GroupId id, UserId from, UserId to, Timestamp now);

private:
    postgres::Client& database_;
};

}  // namespace mindspace::meditation
