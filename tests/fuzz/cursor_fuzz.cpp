// libFuzzer: cursors of lists. A text that we did not create is rejected; a cursor that we created decodes to the same
// position, for its own list only.

#include "platform/json/cursor.h"

#include <cstdlib>
#include <cstring>
#include <iostream>

namespace {

using namespace mindspace;

constexpr std::string_view kList = "sessions/0190";

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "property broken: " << what << '\n';
    std::abort();
}

// A position from the first bytes, as far as they suffice.
ListPosition<Uuid> position_of(std::string_view bytes) {
    std::int64_t milliseconds = 0;
    ListPosition<Uuid> position;
    std::memcpy(&milliseconds, bytes.data(), std::min(bytes.size(), sizeof milliseconds));
    bytes.remove_prefix(std::min(bytes.size(), sizeof milliseconds));
    std::memcpy(position.id.bytes.data(), bytes.data(), std::min(bytes.size(), position.id.bytes.size()));
    position.at = Timestamp(Milliseconds(milliseconds));
    return position;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto read = decode_cursor(kList, text); read && encode_cursor(kList, *read) != text)
        fail("a cursor that is not ours is taken");
    const auto position = position_of(text);
    const auto cursor = encode_cursor(kList, position);
    const auto read = decode_cursor(kList, cursor);
    if (!read || read->at != position.at || read->id != position.id)
        fail("a decoded cursor differs from the encoded one");
    if (decode_cursor("groups/0190", cursor)) fail("a cursor of another list is taken");
    return 0;
}
