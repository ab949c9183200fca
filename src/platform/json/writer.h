#pragma once
// Writes JSON (RFC 8259) directly into a string: no tree, no temporary. The caller keeps the grammar valid (a key
// before each member's value); commas and escapes are handled here.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace {

class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : out_(out) {}

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }

    // For a map whose names come from outside.
    void key(std::string_view name);
    // A name without characters that need an escape, such as a schema's.
    void plain_key(std::string_view name) {
        put_quoted(name, ':');
        need_comma_ = false;
    }
    // A plain name with its punctuation, prepared at compile time and written by a copy of known size: keys are half of
    // a response.
    template <std::size_t kSize>
    struct Key {
        explicit constexpr Key(std::string_view name) {
            std::ranges::copy(name, text.begin() + 1);
            text[kSize + 1] = '"';
            text[kSize + 2] = ':';
        }
        std::array<char, kSize + 3> text{'"'};
    };
    template <std::size_t kSize>
    void key(const Key<kSize>& name) {
        put(name.text.size(), [&name](char* to) { return std::ranges::copy(name.text, to).out; });
        need_comma_ = false;
    }
    void string(std::string_view text);
    // Text without characters that need an escape, such as a date or an id.
    void plain(std::string_view text) { put_quoted(text, 0); }
    template <std::size_t kSize>
    void plain(const std::array<char, kSize>& text) {
        put(kSize + 2, [&text](char* to) {
            *to++ = '"';
            to = std::ranges::copy(text, to).out;
            *to++ = '"';
            return to;
        });
    }
    void integer(std::int64_t number);
    void number(double number);  // NaN and infinity become null: JSON has neither
    void boolean(bool value) { raw(value ? "true" : "false"); }
    void null() {
        static constexpr std::string_view kNull = "null";
        put(kNull.size(), [](char* to) { return std::ranges::copy(kNull, to).out; });
    }
    // `json` must be one complete value.
    void raw(std::string_view json) {
        put(json.size(), [json](char* to) { return std::ranges::copy(json, to).out; });
    }

private:
    void separate() {
        if (need_comma_) out_ += ',';
    }
    void open(char bracket) {
        separate();
        out_ += bracket;
        need_comma_ = false;
    }
    void close(char bracket) {
        out_ += bracket;
        need_comma_ = true;
    }
    // Writes the comma if one is due, then the output of `write`, which has at most `size` characters and whose end
    // `write` returns: the string grows only once.
    template <class Write>
    void put(std::size_t size, Write write) {
        auto from = out_.size();  // libstdc++ 12 passes the capacity instead of the new size to the function
        out_.resize_and_overwrite(from + size + 1, [&](char* begin, std::size_t) {
            char* at = begin + from;
            if (need_comma_) *at++ = ',';
            return static_cast<std::size_t>(write(at) - begin);
        });
        need_comma_ = true;
    }
    // The text in quotes, followed by `behind` if it is set.
    void put_quoted(std::string_view text, char behind) {
        put(text.size() + 3, [text, behind](char* to) {
            *to++ = '"';
            to = std::ranges::copy(text, to).out;
            *to++ = '"';
            if (behind != 0) *to++ = behind;
            return to;
        });
    }
    void put_escaped(std::string_view text);

    std::string& out_;
    bool need_comma_ = false;
};

}  // namespace mindspace
