#include "platform/json/cursor.h"

#include "platform/base/bytes.h"

#include <charconv>
#include <cstdint>

namespace mindspace {

namespace {

constexpr std::size_t kCheckSize = 8;

std::string check_of(std::string_view context, std::string_view position) {
    std::string text = std::to_string(context.size());
    text += ':';
    text += context;
    text += position;
    auto digest = sha256(as_bytes(text));
    return {reinterpret_cast<const char*>(digest.data()), kCheckSize};
}

}  // namespace

std::string encode_cursor(std::string_view context, const ListPosition<Uuid>& position) {
    auto written = position.id.to_string() + std::to_string(position.at.time_since_epoch().count());
    auto text = check_of(context, written);
    text += written;
    return base64url_encode(as_bytes(text));
}

Result<ListPosition<Uuid>> decode_cursor(std::string_view context, std::string_view cursor) {
    constexpr std::size_t kIdSize = sizeof(Uuid::Text);
    if (auto bytes = base64url_decode(cursor); bytes && bytes->size() >= kCheckSize) {
        std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        auto written = text.substr(kCheckSize);
        if (check_of(context, written) == text.substr(0, kCheckSize) && written.size() > kIdSize) {
            // The checksum was valid: only encode_cursor() writes this.
            std::int64_t milliseconds = 0;
            std::from_chars(written.data() + kIdSize, written.data() + written.size(), milliseconds);
            return ListPosition<Uuid>{.at = Timestamp(Milliseconds(milliseconds)),
                                      .id = Uuid::parse(written.substr(0, kIdSize)).value()};
        }
    }
    return Error{ErrorCode::malformed, "invalid_cursor", "The cursor does not belong to this list.", {}};
}

}  // namespace mindspace
