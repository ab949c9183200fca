#pragma once
// UTF-8 (RFC 3629): a validator that takes text in pieces of any size, and functions based on it. Used by JSON and
// WebSocket. Overlong forms, surrogates and values above U+10FFFF are rejected at the first byte that shows them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mindspace {

class Utf8Validator {
public:
    // Takes the next bytes. Returns false once the text can no longer become valid, and on every later call.
    [[nodiscard]] bool feed(std::string_view bytes);

    // True between two characters: the text may end here.
    [[nodiscard]] bool complete() const { return missing_ == 0; }

private:
    bool start_character(std::uint8_t lead);
    bool fail();

    // The number of continuation bytes still missing, and the bounds of the next one.
    std::uint8_t missing_ = 0;
    std::uint8_t low_ = 0x80;
    std::uint8_t high_ = 0xBF;
};

// True if the complete `text` is valid UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

// The number of code points in valid UTF-8.
[[nodiscard]] std::size_t count_code_points(std::string_view valid_text);

}  // namespace mindspace
