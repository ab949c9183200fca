#pragma once
// Opaque cursors of lists: where the next page begins, bound to the list, its owner and its filters, so that a cursor
// of another list is recognised as foreign. Not a secret: a cursor grants nothing.

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"

#include <string>
#include <string_view>

namespace mindspace::http {

// The last item of a page, by what every list is ordered: a time, and an id among equals.
template <class Id>
struct Position {
    Timestamp at{};
    Id id{};
};

// In front of a list that begins with the newest.
template <class Id>
inline constexpr Position<Id> kBeforeTheNewest{
    .at = Timestamp{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}, .id = {}};

// `context` names the list with everything that shapes it.
std::string encode_cursor(std::string_view context, const Position<Uuid>& position);
template <class Tag>
std::string encode_cursor(std::string_view context, const Position<Id<Tag>>& position) {
    return encode_cursor(context, Position<Uuid>{position.at, position.id.value});
}

// Error: malformed, `invalid_cursor`, for damaged and foreign cursors.
Result<Position<Uuid>> decode_cursor(std::string_view context, std::string_view cursor);
template <class Id>
Result<Position<Id>> decode_cursor(std::string_view context, std::string_view cursor) {
    auto position = decode_cursor(context, cursor);
    if (!position) return position.error();
    return Position<Id>{position->at, Id{position->id}};
}

}  // namespace mindspace::http
