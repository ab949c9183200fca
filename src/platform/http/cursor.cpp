#include "platform/http/cursor.h"

#include "platform/base/bytes.h"

namespace mindspace::http {

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

std::string encode_cursor(std::string_view context, std::string_view position) {
    auto text = check_of(context, position);
    text += position;
    return base64url_encode(as_bytes(text));
}

Result<std::string> decode_cursor(std::string_view context, std::string_view cursor) {
    if (auto bytes = base64url_decode(cursor); bytes && bytes->size() >= kCheckSize) {
        std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
        auto position = text.substr(kCheckSize);
        if (check_of(context, position) == text.substr(0, kCheckSize)) return std::string(position);
    }
    return Error{ErrorCode::malformed, "invalid_cursor", "The cursor does not belong to this list.", {}};
}

}  // namespace mindspace::http
