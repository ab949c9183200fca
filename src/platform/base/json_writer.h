#pragma once
// Writes JSON (RFC 8259) straight into a string: no tree, no temporary. The caller keeps the grammar right
// (a key before each member's value); commas and escapes are done here.

#include <cstddef>
#include <cstdint>
#include <cstring>
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

    // Of a map whose names come from elsewhere.
    void key(std::string_view name);
    // A name without a character that needs an escape, such as a schema's.
    void plain_key(std::string_view name) {
        put_quoted(name, ':');
        need_comma_ = false;
    }
    void string(std::string_view text);
    // Text without a character that needs an escape, such as a date or an id.
    void plain(std::string_view text) {
        put_quoted(text, 0);
        need_comma_ = true;
    }
    void integer(std::int64_t number);
    void number(double number);  // NaN and infinity become null: JSON has neither
    void boolean(bool value) { raw(value ? "true" : "false"); }
    void null() { raw("null"); }
    // `json` is one complete value already.
    void raw(std::string_view json) {
        separate();
        out_ += json;
        need_comma_ = true;
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
    // The comma where one is due, the text in quotes, and what follows it, if anything: one growth of the string.
    void put_quoted(std::string_view text, char behind) {
        auto from = out_.size();  // libstdc++ 12 hands the capacity to the function where the new size belongs
        out_.resize_and_overwrite(from + text.size() + 4, [&](char* begin, std::size_t) {
            char* at = begin + from;
            if (need_comma_) *at++ = ',';
            *at++ = '"';
            std::memcpy(at, text.data(), text.size());
            at += text.size();
            *at++ = '"';
            if (behind != 0) *at++ = behind;
            return static_cast<std::size_t>(at - begin);
        });
    }
    void put_escaped(std::string_view text);

    std::string& out_;
    bool need_comma_ = false;
};

}  // namespace mindspace
