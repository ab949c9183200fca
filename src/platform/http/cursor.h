#pragma once
// Opaque cursors of lists: where the next page begins, bound to the list, its owner and its filters, so that a cursor
// of another list is recognised as foreign. Not a secret: a cursor grants nothing.

#include "platform/base/result.h"

#include <string>
#include <string_view>

namespace mindspace::http {

// `context` names the list with everything that shapes it; `position` is the key of the last item shown.
std::string encode_cursor(std::string_view context, std::string_view position);

// The position. Error: malformed, `invalid_cursor`, for damaged and foreign cursors.
Result<std::string> decode_cursor(std::string_view context, std::string_view cursor);

}  // namespace mindspace::http
