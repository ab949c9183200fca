#include "services/meditation/groups/service.h"

#include "platform/http/api/etag.h"
#include "platform/telemetry/log/log.h"
#include "services/meditation/groups/calendar.h"

namespace mindspace::meditation {

namespace {

constexpr Seconds kClockTolerance{60};  // for clients who mean "now"
constexpr std::chrono::days kMaxScheduleAhead{2 * 366};

Error not_found() {
    return {ErrorCode::not_found, "not_found", "The group does not exist.", {}};
}

Error group_ended() {
    return {ErrorCode::conflict, "group_ended", "The group has ended.", {}};
}

Error group_started() {
    return {ErrorCode::conflict,
            "group_started",
            "The group is running, so its kind and times can no longer be changed.",
            {}};
}

bool is_same(const NewGroup& request, UserId host, const Group& group) {
    auto description = group.description;
    if (description) description = schema::prepared_text(*description, kDescriptionRules.text);
    return group.host.id == host && schema::prepared_text(group.title, kTitleRules.text) == request.title &&
           description == request.description && group.kind == request.kind &&
           group.planned_seconds == request.planned_seconds && group.scheduled_for == request.scheduled_for &&
           group.visibility == request.visibility && group.max_participants == request.max_participants;
}

template <class T>
bool changes(const Patch<T>& patch, const std::optional<T>& stored) {
    return patch.present && patch.value != stored;
}

bool changes(const GroupPatch& patch, const Group& group) {
    return changes<std::string>(patch.title, group.title) || changes(patch.description, group.description) ||
           changes<Kind>(patch.kind, group.kind) ||
           changes<std::int32_t>(patch.planned_seconds, group.planned_seconds) ||
           changes(patch.scheduled_for, group.scheduled_for) ||
           changes<Visibility>(patch.visibility, group.visibility) ||
           changes(patch.max_participants, group.max_participants);
}

// Null is not a value of these fields: RFC 7396 would remove them.
template <class T>
void refuse_null(schema::Faults& faults, std::string_view name, const Patch<T>& patch) {
    const schema::Path document;
    if (patch.present && !patch.value) faults.add(schema::Path{&document, name}, "not_nullable", "cannot be removed");
}

// From now until two years ahead.
void check_time(schema::Faults& faults, const std::optional<Timestamp>& scheduled_for, Timestamp now) {
    const schema::Path document;
    const schema::Path path{&document, "scheduledFor"};
    if (scheduled_for && *scheduled_for < now - kClockTolerance)
        faults.add(path, "out_of_range", "must not be in the past");
    if (scheduled_for && *scheduled_for > now + kMaxScheduleAhead)
        faults.add(path, "out_of_range", "must be within two years");
}

std::vector<std::string_view> requested_states(const GroupQuery& query) {
    if (query.state) return {schema::enum_name(*query.state)};
    return {schema::enum_name(GroupState::scheduled), schema::enum_name(GroupState::running)};
}

}  // namespace

GroupService::GroupService(GroupStore store, GroupTimetable timetable, RoomOrder order, GroupTickets tickets,
                           std::string public_url, std::int64_t groups_per_host)
    : store_(store),
      timetable_(timetable),
      order_(order),
      tickets_(tickets),
      socket_base_(std::move(public_url)),
      groups_per_host_(groups_per_host) {
    // http → ws, https → wss
    if (socket_base_.starts_with("http")) socket_base_.replace(0, 4, "ws");
    while (socket_base_.ends_with('/')) socket_base_.pop_back();
}

Awaitable<Result<Group>> GroupService::create(UserId host, NewGroup request) {
    auto now = clock_.now();
    auto id = request.id.value_or(GroupId::make(now));
    schema::Faults faults;
    check_time(faults, request.scheduled_for, now);
    auto insertion = GroupInsertion::known;
    if (faults.empty()) {
        insertion = co_await store_.insert(request, host, id, groups_per_host_, now);
    } else {  // unless it was created in time, and this is a retry
        auto known = co_await store_.find(id);
        if (!known) co_return schema::validation_failed(std::move(faults));
    }
    auto group = co_await store_.find(id);
    if (insertion == GroupInsertion::too_many)
        co_return Error{
            ErrorCode::conflict, "too_many_groups", "You have reached the limit of scheduled and running groups.", {}};
    if (!group) co_return Error{ErrorCode::unauthenticated, "user_gone", "This account no longer exists.", {}};
    if (insertion != GroupInsertion::inserted && !is_same(request, host, *group))
        co_return Error{ErrorCode::conflict, "conflict", "This id belongs to another group.", {}};
    co_return std::move(*group);
}

Awaitable<Result<Group>> GroupService::find(GroupId id) {
    auto group = co_await store_.find(id);
    if (!group) co_return not_found();
    std::vector<GroupId> ids{id};
    auto counts = co_await order_.count_participants(std::move(ids));
    group->participant_count = counts.front();
    co_return std::move(*group);
}

Awaitable<Result<GroupCalendar>> GroupService::find_calendar(GroupId id) {
    auto group = co_await store_.find(id);
    if (!group) co_return not_found();
    auto text = calendar_of(*group);
    if (!text) co_return Error{ErrorCode::conflict, "group_not_scheduled", "The group has no scheduled time.", {}};
    co_return GroupCalendar{.text = std::move(*text), .etag = http::etag_of_version(group->version)};
}

Awaitable<ListPart<Group, GroupId>> GroupService::list(GroupQuery query, GroupPosition after) {
    auto groups = co_await store_.list(requested_states(query), after, query.limit + 1);
    auto part = take_part(std::move(groups), static_cast<std::size_t>(query.limit), &position_of);
    std::vector<GroupId> ids;
    for (const auto& group : part.items) ids.push_back(group.id);
    auto counts = co_await order_.count_participants(std::move(ids));
    for (std::size_t i = 0; i < counts.size(); ++i) part.items[i].participant_count = counts[i];
    co_return part;
}

Awaitable<Result<Group>> GroupService::find_own(UserId caller, GroupId id,
                                                std::optional<std::int32_t> expected_version) {
    auto group = co_await store_.find(id);
    if (!group) co_return not_found();
    if (group->host.id != caller)
        co_return Error{ErrorCode::forbidden, "forbidden", "Only the host can change the group.", {}};
    if (expected_version && *expected_version != group->version) co_return precondition_failed();
    if (group->state == GroupState::ended) co_return group_ended();
    co_return std::move(*group);
}

Awaitable<Result<Group>> GroupService::update(UserId caller, GroupId id, GroupPatch patch,
                                              std::optional<std::int32_t> expected_version) {
    schema::Faults faults;
    refuse_null(faults, "title", patch.title);
    refuse_null(faults, "kind", patch.kind);
    refuse_null(faults, "plannedSeconds", patch.planned_seconds);
    refuse_null(faults, "visibility", patch.visibility);
    check_time(faults, patch.scheduled_for.value, clock_.now());
    if (!faults.empty()) co_return schema::validation_failed(std::move(faults));

    auto group = co_await find_own(caller, id, expected_version);
    if (!group) co_return group;
    if (group->state == GroupState::cancelled) co_return group_ended();
    if (group->state == GroupState::running && touches_timetable(patch)) co_return group_started();
    if (!changes(patch, *group)) co_return co_await find(id);
    bool is_updated = co_await store_.update(id, caller, std::move(patch), expected_version, clock_.now());
    if (!is_updated) co_return precondition_failed();  // changed concurrently
    auto updated = co_await find(id);
    if (updated) co_await announce_change(*updated);
    co_return updated;
}

Awaitable<Result<>> GroupService::cancel(UserId caller, GroupId id, std::optional<std::int32_t> expected_version) {
    auto group = co_await find_own(caller, id, expected_version);
    if (!group) co_return group.error();
    if (group->state == GroupState::cancelled) co_return Result<>{};
    auto ended_at = co_await end(std::move(*group), expected_version);
    if (!ended_at) co_return precondition_failed();
    co_await announce_end(id, *ended_at);
    co_return Result<>{};
}

Awaitable<std::optional<Timestamp>> GroupService::end(Group group, std::optional<std::int32_t> expected_version) {
    auto now = clock_.now();
    if (group.state == GroupState::running) {
        auto end = co_await timetable_.finish(group.id, schema::enum_name(EventReason::host), now);
        co_return end.transform([](const GroupEnd& it) { return it.at; });
    }
    bool is_cancelled = co_await store_.cancel(group.id, group.host.id, expected_version, now);
    co_return is_cancelled ? std::optional(now) : std::nullopt;
}

Awaitable<> GroupService::announce_change(Group group) {
    try {
        co_await order_.announce_change(std::move(group), clock_.now());
    } catch (const Unavailable& fault) {
        log::debug("room not notified of a change", {{"error.message", fault.what()}});
    }
}

Awaitable<> GroupService::announce_end(GroupId id, Timestamp ended_at) {
    RoomFacts facts{.group = id, .state = GroupState::ended, .starts_at = {}, .ends_at = {}};
    try {
        co_await order_.announce(facts, make_end(ended_at, EventReason::host));
    } catch (const Unavailable& fault) {
        log::debug("room not notified of its end", {{"error.message", fault.what()}});
    }
}

Awaitable<Result<Ticket>> GroupService::issue_ticket(http::Principal caller, GroupId id) {
    auto group = co_await store_.find(id);
    if (!group) co_return not_found();
    if (is_over(group->state)) co_return group_ended();
    if (group->max_participants) {
        std::vector<GroupId> ids{id};
        auto counts = co_await order_.count_participants(std::move(ids));
        bool is_full = counts.front() >= *group->max_participants;
        if (is_full) is_full = !co_await order_.has_participant(id, caller.user);
        if (is_full) co_return Error{ErrorCode::conflict, "group_full", "The group is full.", {}};
    }
    TicketGrant grant{.user = caller.user, .auth_session = caller.auth_session, .token_expires_at = caller.expires_at};
    auto ticket = co_await tickets_.issue(id, grant);
    auto url = socket_base_ + "/api/v1/groups/" + id.to_string() + "/live?ticket=" + ticket;
    co_return Ticket{.ticket = std::move(ticket), .url = std::move(url), .expires_in = GroupTickets::kTtl.count()};
}

}  // namespace mindspace::meditation
