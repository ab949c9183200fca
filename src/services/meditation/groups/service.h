#pragma once
// The rules of groups outside their sockets: creating, listing, changing and cancelling them, and tickets. No HTTP, no
// SQL.

#include "platform/http/access/principal.h"
#include "services/meditation/groups/store.h"
#include "services/meditation/groups/tickets.h"
#include "services/meditation/groups/timetable.h"
#include "services/meditation/rooms/order/order.h"

namespace mindspace::meditation {

// The entry for calendar applications, and its entity tag.
struct GroupCalendar {
    std::string text;
    std::string etag;
};

class GroupService {
public:
    // `public_url` is the program's, "https://mind.example"; a host has at most `groups_per_host` groups scheduled or
    // running at a time.
    GroupService(GroupStore store, GroupTimetable timetable, RoomOrder order, GroupTickets tickets,
                 std::string public_url, std::int64_t groups_per_host = 20);

    // Error: conflict `conflict` (the id belongs to another group), `too_many_groups`; invalid, if its time has passed;
    // unauthenticated `user_gone`.
    Awaitable<Result<Group>> create(UserId host, NewGroup request);
    // Error: not_found.
    Awaitable<Result<Group>> find(GroupId id);
    // Public groups after the position `after`, as many as the query asks for.
    Awaitable<ListPart<Group, GroupId>> list(GroupQuery query, GroupPosition after);
    // Error: not_found; conflict `group_not_scheduled`, while it has no time.
    Awaitable<Result<GroupCalendar>> find_calendar(GroupId id);
    // Error: not_found; forbidden; conflict `group_started` (for a field that can no longer change), `group_ended`;
    // precondition_failed; invalid.
    Awaitable<Result<Group>> update(UserId caller, GroupId id, GroupPatch patch,
                                    std::optional<std::int32_t> expected_version);
    // Ends the group if it is running; all participants who attended long enough keep their session. Error: as above,
    // except `group_started`.
    Awaitable<Result<>> cancel(UserId caller, GroupId id, std::optional<std::int32_t> expected_version);
    // Error: not_found; conflict `group_full`, `group_ended`. Fault: Unavailable when Redis is down.
    Awaitable<Result<Ticket>> issue_ticket(http::Principal caller, GroupId id);

private:
    Awaitable<Result<Group>> find_own(UserId caller, GroupId id, std::optional<std::int32_t> expected_version);
    // When it ended; nothing (nullopt) if it was changed concurrently.
    Awaitable<std::optional<Timestamp>> end(Group group, std::optional<std::int32_t> expected_version);
    // Announces the change to the clients in the room. Without Redis they receive it when the room next compares itself
    // with PostgreSQL.
    Awaitable<> announce_change(Group group);
    Awaitable<> announce_end(GroupId id, Timestamp ended_at);

    GroupStore store_;
    GroupTimetable timetable_;
    RoomOrder order_;
    GroupTickets tickets_;
    std::string socket_base_;  // "wss://mind.example"
    std::int64_t groups_per_host_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
