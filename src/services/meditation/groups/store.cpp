#include "services/meditation/groups/store.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/values/sql.h"
#include "services/user/client.h"

namespace mindspace::meditation {

using postgres::ComposedStatement;
using postgres::Statement;

namespace {

constexpr char kGroupColumns[] =
    "group_id, title, description, kind, planned_seconds, scheduled_for, visibility, max_participants, host_id, "
    "host_name, state, started_at, ends_at, ended_at, created_at, version, end_reason, updated_at";

Group read_group(const postgres::Row& row) {
    return Group{.id = row.get<GroupId>(0),
                 .title = row.get<std::string>(1),
                 .description = row.get<std::optional<std::string>>(2),
                 .kind = schema::enum_value<Kind>(row.get<std::string_view>(3)).value(),
                 .planned_seconds = row.get<std::int32_t>(4),
                 .scheduled_for = row.get<std::optional<Timestamp>>(5),
                 .visibility = schema::enum_value<Visibility>(row.get<std::string_view>(6)).value(),
                 .max_participants = row.get<std::optional<std::int32_t>>(7),
                 .host = {.id = row.get<UserId>(8), .display_name = row.get<std::string>(9)},
                 .state = schema::enum_value<GroupState>(row.get<std::string_view>(10)).value(),
                 .started_at = row.get<std::optional<Timestamp>>(11),
                 .ends_at = row.get<std::optional<Timestamp>>(12),
                 .ended_at = row.get<std::optional<Timestamp>>(13),
                 .created_at = row.get<Timestamp>(14),
                 .version = row.get<std::int32_t>(15),
                 .end_reason = row.get<std::optional<std::string>>(16),
                 .updated_at = row.get<Timestamp>(17)};
}

template <class E>
std::optional<std::string_view> name_of(const Patch<E>& patch) {
    if (!patch.value) return std::nullopt;
    return schema::enum_name(*patch.value);
}

}  // namespace

GroupPosition position_of(const Group& group) {
    return {.at = group.started_at.value_or(group.scheduled_for.value_or(group.created_at)), .id = group.id};
}

Awaitable<GroupInsertion> GroupStore::insert(NewGroup group, UserId host, GroupId id, std::int64_t most,
                                             Timestamp now) {
    static constexpr Statement kInsert{"group_insert", R"(
        INSERT INTO groups (group_id, host_id, host_name, title, description, kind, planned_seconds, scheduled_for,
                            visibility, max_participants, created_at, updated_at)
        SELECT $1, user_id, display_name, $3, $4, $5, $6, $7, $8, $9, $10, $10 FROM user_directory
        WHERE user_id = $2
          AND (SELECT count(*) FROM groups WHERE host_id = $2 AND state IN ('scheduled', 'running')) < $11
        ON CONFLICT DO NOTHING)"};
    std::vector<postgres::Query> queries;
    // Concurrent requests of the host wait for this one, and count its group.
    queries.push_back(user::lock_user(host));
    queries.push_back(postgres::bind(kInsert, id, host, group.title, group.description, schema::enum_name(group.kind),
                                     group.planned_seconds, group.scheduled_for, schema::enum_name(group.visibility),
                                     group.max_participants, now, most));
    auto results = co_await database_.transaction(std::move(queries));
    if (results[0].empty()) co_return GroupInsertion::known;
    if (results[1].affected() == 1) co_return GroupInsertion::inserted;
    // Either the id exists, or the host has too many groups.
    auto known = co_await find(id);
    co_return known ? GroupInsertion::known : GroupInsertion::too_many;
}

Awaitable<std::optional<Group>> GroupStore::find(GroupId id) {
    static constexpr ComposedStatement kFind{"group_find", "SELECT {} FROM groups WHERE group_id = $1", kGroupColumns};
    auto rows = co_await database_.query(kFind, id);
    if (rows.empty()) co_return std::nullopt;
    co_return read_group(rows[0]);
}

Awaitable<std::vector<Group>> GroupStore::list(std::vector<std::string_view> states, GroupPosition after,
                                               std::int32_t count) {
    // Each state is one scan of the index groups_public.
    static constexpr ComposedStatement kList{"group_list", R"(SELECT {}
        FROM unnest($1::text[]) AS wanted (wanted_state) CROSS JOIN LATERAL (
            SELECT {}, coalesce(started_at, scheduled_for, created_at) AS at
            FROM groups
            WHERE visibility = 'public' AND state = wanted_state
              AND (coalesce(started_at, scheduled_for, created_at), group_id) > ($2, $3)
            ORDER BY coalesce(started_at, scheduled_for, created_at), group_id LIMIT $4) AS found
        ORDER BY at, group_id LIMIT $4)",
                                             kGroupColumns, kGroupColumns};
    auto rows = co_await database_.query(kList, states, after.at, after.id, static_cast<std::int64_t>(count));
    std::vector<Group> groups;
    for (auto row : rows) groups.push_back(read_group(row));
    co_return groups;
}

Awaitable<bool> GroupStore::update(GroupId id, UserId host, GroupPatch patch,
                                   std::optional<std::int32_t> expected_version, Timestamp now) {
    static constexpr Statement kUpdate{"group_update", R"(
        UPDATE groups
        SET title = coalesce($3, title), description = CASE WHEN $4 THEN $5 ELSE description END,
            kind = coalesce($6, kind), planned_seconds = coalesce($7, planned_seconds),
            scheduled_for = CASE WHEN $8 THEN $9 ELSE scheduled_for END, visibility = coalesce($10, visibility),
            max_participants = CASE WHEN $11 THEN $12 ELSE max_participants END,
            version = version + 1, updated_at = $13
        WHERE group_id = $1 AND host_id = $2 AND ($14::integer IS NULL OR version = $14)
          AND (state = 'scheduled' OR state = 'running' AND NOT $15))"};
    auto rows = co_await database_.query(
        kUpdate, id, host, patch.title.value, patch.description.present, patch.description.value, name_of(patch.kind),
        patch.planned_seconds.value, patch.scheduled_for.present, patch.scheduled_for.value, name_of(patch.visibility),
        patch.max_participants.present, patch.max_participants.value, now, expected_version, touches_timetable(patch));
    co_return rows.affected() == 1;
}

Awaitable<bool> GroupStore::cancel(GroupId id, UserId host, std::optional<std::int32_t> expected_version,
                                   Timestamp now) {
    static constexpr Statement kCancel{"group_cancel", R"(
        UPDATE groups SET state = 'cancelled', ended_at = $3, version = version + 1, updated_at = $3
        WHERE group_id = $1 AND host_id = $2 AND state = 'scheduled' AND ($4::integer IS NULL OR version = $4))"};
    auto rows = co_await database_.query(kCancel, id, host, now, expected_version);
    co_return rows.affected() == 1;
}

Awaitable<std::optional<Group>> GroupStore::hand_over(GroupId id, UserId from, UserId to, Timestamp now) {
    static constexpr ComposedStatement kHandOver{"group_hand_over", R"(
        UPDATE groups
        SET host_id = heir_id, host_name = heir_name, version = version + 1, updated_at = $4
        FROM (SELECT user_id AS heir_id, display_name AS heir_name FROM user_directory WHERE user_id = $3) AS heir
        WHERE group_id = $1 AND host_id = $2 AND state = 'running'
        RETURNING {})",
                                                 kGroupColumns};
    auto rows = co_await database_.query(kHandOver, id, from, to, now);
    if (rows.empty()) co_return std::nullopt;
    co_return read_group(rows[0]);
}

}  // namespace mindspace::meditation
