#pragma once
// The events of a room, as all of its participants receive them: numbered by the shared order (order/order.h), one JSON
// object each. Clock values are milliseconds since 1970.

#include "services/meditation/groups/types.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace mindspace::meditation {

using ClockValue = double;  // milliseconds since 1970, fractions allowed

inline ClockValue to_clock_value(Timestamp at) {
    return static_cast<double>(at.time_since_epoch().count());
}
inline Timestamp from_clock_value(ClockValue at) {
    return Timestamp(Milliseconds(static_cast<std::int64_t>(at)));
}

struct Participant {
    UserId id{};
    std::string display_name;
    std::optional<std::string> avatar_url;
    ClockValue joined_at = 0;

    static constexpr std::string_view kName = "Participant";
    static constexpr auto fields() {
        return std::tuple{field("id", &Participant::id), field("displayName", &Participant::display_name),
                          field("avatarUrl", &Participant::avatar_url), field("joinedAt", &Participant::joined_at)};
    }
};

enum class ReactionKind { heart, bow, smile };
constexpr auto names_of(ReactionKind) {
    return std::array<std::string_view, 3>{"heart", "bow", "smile"};
}

// The number of reactions of each kind; kinds without reactions are omitted.
struct ReactionCounts {
    std::optional<std::int64_t> heart{};
    std::optional<std::int64_t> bow{};
    std::optional<std::int64_t> smile{};

    static constexpr std::string_view kName = "ReactionCounts";
    static constexpr auto fields() {
        constexpr schema::Rules kIfAny{.omit_absent = true};
        return std::tuple{field("heart", &ReactionCounts::heart, kIfAny), field("bow", &ReactionCounts::bow, kIfAny),
                          field("smile", &ReactionCounts::smile, kIfAny)};
    }
};

enum class EventType { join, leave, presence, start, end, reaction, group };
constexpr auto names_of(EventType) {
    return std::array<std::string_view, 7>{"join", "leave", "presence", "start", "end", "reaction", "group"};
}

enum class EventReason { left, timeout, kicked, completed, host, host_gone };
constexpr auto names_of(EventReason) {
    return std::array<std::string_view, 6>{"left", "timeout", "kicked", "completed", "host", "hostGone"};
}

// The shared order assigns `seq` and `epoch`. Which of the other members are present depends on the type.
struct RoomEvent {
    EventType type{};
    std::optional<std::int64_t> seq{};
    std::optional<std::string> epoch{};
    // join, leave; presence has the count, and names some of those who joined and left
    std::optional<Participant> participant{};
    std::optional<std::int64_t> participant_count{};
    std::optional<std::vector<Participant>> joined{};
    std::optional<std::vector<Participant>> left{};
    std::optional<EventReason> reason{};  // leave, end
    // start, end
    std::optional<ClockValue> starts_at{};
    std::optional<ClockValue> ends_at{};
    std::optional<std::vector<std::int64_t>> bells{};  // milliseconds from starts_at
    std::optional<UserId> by{};
    std::optional<ClockValue> ended_at{};
    // reaction: a single one, or the counts in large rooms
    std::optional<UserId> from{};
    std::optional<ReactionKind> kind{};
    std::optional<std::string> ref{};
    std::optional<ReactionCounts> counts{};
    // group: its new state
    std::optional<Group> group{};
    std::optional<std::int32_t> version{};

    static constexpr std::string_view kName = "RoomEvent";
    static constexpr auto fields() {
        using E = RoomEvent;
        constexpr schema::Rules kIfAny{.omit_absent = true};
        return std::tuple{field("type", &E::type),
                          field("seq", &E::seq, kIfAny),
                          field("epoch", &E::epoch, kIfAny),
                          field("participant", &E::participant, kIfAny),
                          field("participantCount", &E::participant_count, kIfAny),
                          field("joined", &E::joined, kIfAny),
                          field("left", &E::left, kIfAny),
                          field("reason", &E::reason, kIfAny),
                          field("startsAt", &E::starts_at, kIfAny),
                          field("endsAt", &E::ends_at, kIfAny),
                          field("bells", &E::bells, kIfAny),
                          field("by", &E::by, kIfAny),
                          field("endedAt", &E::ended_at, kIfAny),
                          field("from", &E::from, kIfAny),
                          field("kind", &E::kind, kIfAny),
                          field("ref", &E::ref, kIfAny),
                          field("counts", &E::counts, kIfAny),
                          field("group", &E::group, kIfAny),
                          field("version", &E::version, kIfAny)};
    }
};

// Bells ring at the start, half way and at the end: milliseconds after starts_at.
std::vector<std::int64_t> bells_between(Timestamp starts_at, Timestamp ends_at);

RoomEvent make_start(UserId host, Timestamp starts_at, Timestamp ends_at);
RoomEvent make_end(Timestamp ended_at, EventReason reason);
RoomEvent make_reaction(UserId from, ReactionKind kind, std::optional<std::string> ref = {});
// The group was changed, or has a new host.
RoomEvent make_group_changed(Group group);

}  // namespace mindspace::meditation
