#pragma once
// Opaque cursors of lists: where the next page begins, bound to the list, its owner and its filters, so that a cursor
// of another list is recognised as foreign. Not a secret: a cursor grants nothing. Endpoints alone read and write them
// (page_start(), make_page()); services and stores know positions.

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

// Some items of a list, and the position of the last one if more follow.
template <class Item, class Key>
struct ListPart {
    std::vector<Item> items;
    std::optional<ListPosition<Key>> next{};
};

// The first `limit` of `items`; one more has been read, if the list goes on.
template <class Item, class Key>
ListPart<Item, Key> take_part(std::vector<Item> items, std::size_t limit, ListPosition<Key> (*position)(const Item&)) {
    ListPart<Item, Key> part{.items = std::move(items)};
    if (part.items.size() <= limit) return part;
    part.items.erase(part.items.begin() + static_cast<std::ptrdiff_t>(limit), part.items.end());
    part.next = position(part.items.back());
    return part;
}

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

// Where the page begins that a request asks for. Error: as decode_cursor().
template <class Key>
Result<ListPosition<Key>> page_start(std::string_view context, const std::optional<std::string>& cursor,
                                     const ListPosition<Key>& first) {
    if (!cursor) return first;
    return decode_cursor<Key>(context, *cursor);
}

// The page as the response shows it: a Page has `items` and `next_cursor`.
template <class Page, class Item, class Key>
Page make_page(std::string_view context, ListPart<Item, Key> part) {
    Page page;
    page.items = std::move(part.items);
    if (part.next) page.next_cursor = encode_cursor(context, *part.next);
    return page;
}

}  // namespace mindspace
