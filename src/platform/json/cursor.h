#pragma once
// Opaque cursors of lists: where the next page begins, bound to the list, its owner and its filters, so that a cursor
// of another list is recognised as foreign. Not a secret: a cursor grants nothing.

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"

#include <string>
#include <string_view>

namespace mindspace {

// The last item of a page, by what every list is ordered: a time, and an id among equals.
template <class Key>
struct ListPosition {
    Timestamp at{};
    Key id{};
};

// In front of a list that begins with the newest.
template <class Key>
inline constexpr ListPosition<Key> kBeforeTheNewest{
    .at = Timestamp{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}, .id = {}};

// `context` names the list with everything that shapes it.
std::string encode_cursor(std::string_view context, const ListPosition<Uuid>& position);
template <class Tag>
std::string encode_cursor(std::string_view context, const ListPosition<Id<Tag>>& position) {
    return encode_cursor(context, ListPosition<Uuid>{position.at, position.id.value});
}

// Error: malformed, `invalid_cursor`, for damaged and foreign cursors.
Result<ListPosition<Uuid>> decode_cursor(std::string_view context, std::string_view cursor);
template <class Key>
Result<ListPosition<Key>> decode_cursor(std::string_view context, std::string_view cursor) {
    auto position = decode_cursor(context, cursor);
    if (!position) return position.error();
    return ListPosition<Key>{position->at, Key{position->id}};
}

}  // namespace mindspace
