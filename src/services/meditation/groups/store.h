#pragma once
// The table groups, as the REST calls see it. How a group starts and ends is in timetable.h. No rules here.

#include "platform/async/awaitable.h"
#include "platform/json/cursor.h"
#include "services/meditation/groups/types.h"

#include <optional>
#include <vector>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::meditation {

// Groups are listed by when they began, are to begin, or were made.
using GroupPosition = ListPosition<GroupId>;

GroupPosition position_of(const Group& group);

enum class GroupInsertion { inserted, known, too_many };

class GroupStore {
public:
    explicit GroupStore(postgres::Client& database) : database_(database) {}

    // With no more than `most` of the host's groups scheduled or running, however many requests come at once. Known
    // when the id is taken, or the host's account is gone.
    Awaitable<GroupInsertion> insert(NewGroup group, UserId host, GroupId id, std::int64_t most, Timestamp now);
    Awaitable<std::optional<Group>> find(GroupId id);
    // Public ones in any of the states, soonest first, beyond `after`, `count` at most.
    Awaitable<std::vector<Group>> list(std::vector<std::string_view> states, GroupPosition after, std::int32_t count);
    // Changes a scheduled group of the host, or what is no part of the timetable of a running one. False when it is not
    // that, or has another version than the expected one.
    Awaitable<bool> update(GroupId id, UserId host, GroupPatch patch, std::optional<std::int32_t> expected_version,
                           Timestamp now);
    // Cancels a scheduled group of the host. False likewise.
    Awaitable<bool> cancel(GroupId id, UserId host, std::optional<std::int32_t> expected_version, Timestamp now);
    // Makes another user the host of a running group. As it is then; nothing when it is not that, not of that
    // host (any more), or their account is gone.
    Awaitable<std::optional<Group>> hand_over(GroupId id, UserId from, UserId to, Timestamp now);

private:
    postgres::Client& database_;
};

}  // namespace mindspace::meditation
