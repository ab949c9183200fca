#include "services/meditation/rooms/state/events.h"

namespace mindspace::meditation {

std::vector<std::int64_t> bells_between(Timestamp starts_at, Timestamp ends_at) {
    auto length = (ends_at - starts_at).count();
    return {0, length / 2, length};
}

RoomEvent make_start(UserId host, Timestamp starts_at, Timestamp ends_at) {
    return RoomEvent{.type = EventType::start,
                     .starts_at = to_clock_value(starts_at),
                     .ends_at = to_clock_value(ends_at),
                     .bells = bells_between(starts_at, ends_at),
                     .by = host};
}

RoomEvent make_end(Timestamp ended_at, EventReason reason) {
    return RoomEvent{.type = EventType::end, .reason = reason, .ended_at = to_clock_value(ended_at)};
}

RoomEvent make_reaction(UserId from, ReactionKind kind, std::optional<std::string> ref) {
    return RoomEvent{.type = EventType::reaction, .from = from, .kind = kind, .ref = std::move(ref)};
}

RoomEvent make_group_changed(Group group) {
    auto version = group.version;
    return RoomEvent{.type = EventType::group, .group = std::move(group), .version = version};
}

}  // namespace mindspace::meditation
