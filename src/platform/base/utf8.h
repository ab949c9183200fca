#pragma once
// UTF-8 (RFC 3629): a validator that takes text in pieces of any size, and what follows from it. JSON and WebSocket
// use it. Overlong forms, surrogates and values above U+10FFFF are refused at the first octet that shows them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mindspace {

class Utf8Validator {
public:
    // Takes the next octets. False once the text can no longer become valid, and from then on.
    [[nodiscard]] bool feed(std::string_view octets);

    // True between two characters: the text may end here.
    [[nodiscard]] bool complete() const { return missing_ == 0; }

private:
    bool start_character(std::uint8_t lead);
    bool fail();

    // The continuation octets still missing, and the bounds of the next one.
    std::uint8_t missing_ = 0;
    std::uint8_t low_ = 0x80;
    std::uint8_t high_ = 0xBF;
};

// True if `text` as a whole is valid UTF-8.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

// How many code points valid UTF-8 has.
[[nodiscard]] std::size_t count_code_points(std::string_view valid_text);

}  // namespace mindspace
