#pragma once
// Request and response types of groups, with their schemas. The messages on a group's socket are in state/messages.h.

#include "platform/json/schema.h"
#include "services/meditation/ids.h"
#include "services/meditation/kinds.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace mindspace::meditation {

using schema::field;
using schema::Patch;

enum class GroupState { scheduled, running, ended, cancelled };
constexpr auto names_of(GroupState) {
    return std::array<std::string_view, 4>{"scheduled", "running", "ended", "cancelled"};
}

constexpr bool is_over(GroupState state) {
    return state == GroupState::ended || state == GroupState::cancelled;
}

enum class Visibility { everyone, unlisted };
constexpr auto names_of(Visibility) {
    return std::array<std::string_view, 2>{"public", "unlisted"};
}

struct GroupHost {
    UserId id{};
    std::string display_name;

    static constexpr std::string_view kName = "GroupHost";
    static constexpr auto fields() {
        return std::tuple{field("id", &GroupHost::id), field("displayName", &GroupHost::display_name)};
    }
    bool operator==(const GroupHost&) const = default;
};

struct Group {
    GroupId id{};
    std::string title;
    std::optional<std::string> description;
    Kind kind = Kind::other;
    std::int32_t planned_seconds = 0;
    std::optional<Timestamp> scheduled_for;
    Visibility visibility = Visibility::everyone;
    std::optional<std::int32_t> max_participants;
    GroupHost host;
    GroupState state = GroupState::scheduled;
    std::optional<Timestamp> started_at;
    std::optional<Timestamp> ends_at;
    std::optional<Timestamp> ended_at;
    std::int32_t participant_count = 0;  // not in the table: the number of participants now in the room
    Timestamp created_at{};
    std::int32_t version = 0;                 // not shown; used for the entity tag
    std::optional<std::string> end_reason{};  // not shown; "completed" or "host", once it has ended
    Timestamp updated_at{};                   // not shown

    static constexpr std::string_view kName = "Group";
    static constexpr auto fields() {
        constexpr schema::Rules kMayBeAbsent{.omit_absent = true};
        return std::tuple{field("id", &Group::id),
                          field("title", &Group::title),
                          field("description", &Group::description, kMayBeAbsent),
                          field("kind", &Group::kind),
                          field("plannedSeconds", &Group::planned_seconds),
                          field("scheduledFor", &Group::scheduled_for, kMayBeAbsent),
                          field("visibility", &Group::visibility),
                          field("maxParticipants", &Group::max_participants, kMayBeAbsent),
                          field("host", &Group::host),
                          field("state", &Group::state),
                          field("startedAt", &Group::started_at, kMayBeAbsent),
                          field("endsAt", &Group::ends_at, kMayBeAbsent),
                          field("endedAt", &Group::ended_at, kMayBeAbsent),
                          field("participantCount", &Group::participant_count),
                          field("createdAt", &Group::created_at)};
    }
    // Contains the version and the number of participants: a change is checked against the first, a cached copy against
    // both.
    [[nodiscard]] std::string etag() const {
        return '"' + std::to_string(version) + '-' + std::to_string(participant_count) + '"';
    }
};

inline constexpr schema::Rules kTitleRules{.min = 1, .max = 120, .text = schema::Text::name};
inline constexpr schema::Rules kDescriptionRules{.max = 2000, .text = schema::Text::prose};
inline constexpr schema::Rules kGroupSecondsRules{.min = 60, .max = 86400};
inline constexpr schema::Rules kParticipantsRules{.min = 2, .max = 100'000};

struct NewGroup {
    std::optional<GroupId> id;
    std::string title;
    std::optional<std::string> description;
    Kind kind = Kind::other;
    std::int32_t planned_seconds = 0;
    std::optional<Timestamp> scheduled_for;
    Visibility visibility = Visibility::everyone;
    std::optional<std::int32_t> max_participants;

    static constexpr std::string_view kName = "NewGroup";
    static constexpr auto fields() {
        return std::tuple{field("id", &NewGroup::id),
                          field("title", &NewGroup::title, kTitleRules),
                          field("description", &NewGroup::description, kDescriptionRules),
                          field("kind", &NewGroup::kind),
                          field("plannedSeconds", &NewGroup::planned_seconds, kGroupSecondsRules),
                          field("scheduledFor", &NewGroup::scheduled_for,
                                {.about = "Time of the automatic start. Without it the host starts the group."}),
                          field("visibility", &NewGroup::visibility, {.optional = true}),
                          field("maxParticipants", &NewGroup::max_participants, kParticipantsRules)};
    }
};

// A merge patch (RFC 7396). Null is a value for description, scheduledFor and maxParticipants only.
struct GroupPatch {
    Patch<std::string> title;
    Patch<std::string> description;
    Patch<Kind> kind;
    Patch<std::int32_t> planned_seconds;
    Patch<Timestamp> scheduled_for;
    Patch<Visibility> visibility;
    Patch<std::int32_t> max_participants;

    static constexpr std::string_view kName = "GroupPatch";
    static constexpr auto fields() {
        return std::tuple{field("title", &GroupPatch::title, kTitleRules),
                          field("description", &GroupPatch::description, kDescriptionRules),
                          field("kind", &GroupPatch::kind),
                          field("plannedSeconds", &GroupPatch::planned_seconds, kGroupSecondsRules),
                          field("scheduledFor", &GroupPatch::scheduled_for),
                          field("visibility", &GroupPatch::visibility),
                          field("maxParticipants", &GroupPatch::max_participants, kParticipantsRules)};
    }
};

// Once a group runs, its participants rely on its kind and its times.
constexpr bool touches_timetable(const GroupPatch& patch) {
    return patch.kind.present || patch.planned_seconds.present || patch.scheduled_for.present;
}

struct GroupQuery {
    std::int32_t limit = 20;
    std::optional<std::string> cursor;
    std::optional<GroupState> state;

    static constexpr std::string_view kName = "GroupQuery";
    static constexpr auto fields() {
        return std::tuple{field("limit", &GroupQuery::limit, {.min = 1, .max = 100, .optional = true}),
                          field("cursor", &GroupQuery::cursor, schema::kCursorRules),
                          field("state", &GroupQuery::state, {.about = "Default: scheduled and running groups."})};
    }
};

struct GroupPage {
    std::vector<Group> items;
    std::optional<std::string> next_cursor;

    static constexpr std::string_view kName = "GroupPage";
    static constexpr auto fields() {
        return std::tuple{field("items", &GroupPage::items), field("nextCursor", &GroupPage::next_cursor)};
    }
};

struct Ticket {
    std::string ticket;
    std::string url;
    std::int64_t expires_in = 0;

    static constexpr std::string_view kName = "Ticket";
    static constexpr auto fields() {
        return std::tuple{field("ticket", &Ticket::ticket),
                          field("url", &Ticket::url, {.about = "URL that opens the group's socket, once."}),
                          field("expiresIn", &Ticket::expires_in)};
    }
};

}  // namespace mindspace::meditation
