#pragma once
// Opaque cursors of lists: the position where the next page begins, bound to the list, its owner and its filters, so
// that a cursor of another list is rejected. Not a secret: a cursor grants no access. Only endpoints read and write
// them (page_start(), make_page()); services and stores use positions.

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace {

// The last item of a page, by the order of every list: a time, then an id among equal times.
template <class Key>
struct ListPosition {
    Timestamp at{};
    Key id{};
};

// The position before the first item of a list that begins with the newest.
template <class Key>
inline constexpr ListPosition<Key> kListStart{.at = Timestamp{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}},
                                              .id = {}};

// A page of a list, and the position of its last item if more follow.
template <class Item, class Key>
struct ListPart {
    std::vector<Item> items;
    std::optional<ListPosition<Key>> next{};
};

// Returns the first `limit` of `items`; the caller has read one more if the list continues.
template <class Item, class Key>
ListPart<Item, Key> take_part(std::vector<Item> items, std::size_t limit, ListPosition<Key> (*position)(const Item&)) {
    ListPart<Item, Key> part{.items = std::move(items)};
    if (part.items.size() <= limit) return part;
    part.items.erase(part.items.begin() + static_cast<std::ptrdiff_t>(limit), part.items.end());
    part.next = position(part.items.back());
    return part;
}

// `context` identifies the list with everything that determines its items.
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

// The position where the requested page begins. Error: as decode_cursor().
template <class Key>
Result<ListPosition<Key>> page_start(std::string_view context, const std::optional<std::string>& cursor,
                                     const ListPosition<Key>& first) {
    if (!cursor) return first;
    return decode_cursor<Key>(context, *cursor);
}

// The page in the form of the response: a Page has `items` and `next_cursor`.
template <class Page, class Item, class Key>
Page make_page(std::string_view context, ListPart<Item, Key> part) {
    Page page;
    page.items = std::move(part.items);
    if (part.next) page.next_cursor = encode_cursor(context, *part.next);
    return page;
}

}  // namespace mindspace
