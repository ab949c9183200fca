#include "platform/telemetry/log/quote.h"

#include "platform/base/text/utf8.h"
#include "platform/json/writer.h"

namespace mindspace::log {

namespace {

// Almost every text is plain ASCII without quotes. There is no early exit, so that the compiler can use vector
// instructions.
bool needs_no_escape(std::string_view text) {
    bool plain = true;
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        plain &= (byte >= 0x20) & (byte < 0x7F) & (byte != '"') & (byte != '\\');
    }
    return plain;
}

std::string_view cut(std::string_view text) {
    if (text.size() <= kMaxText) return text;
    auto end = kMaxText;
    while (end > kMaxText - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // whole characters
    return text.substr(0, end);
}

std::string as_utf8(std::string_view text) {
    std::string valid;
    for (char c : text) {
        if (static_cast<unsigned char>(c) < 0x80) {
            valid += c;
        } else {
            valid += "\uFFFD";
        }
    }
    return valid;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    text = cut(text);
    if (needs_no_escape(text)) {
        out += '"';
        out += text;
        out += '"';
    } else if (is_valid_utf8(text)) {
        JsonWriter(out).string(text);
    } else {
        JsonWriter(out).string(as_utf8(text));
    }
}

}  // namespace mindspace::log
