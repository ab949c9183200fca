#pragma once
// Writes JSON (RFC 8259) straight into a string: no tree, no temporary. The caller keeps the grammar right
// (a key before each member's value); commas and escapes are done here.

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

    void key(std::string_view name);
    void string(std::string_view text);
    // Text without a character that needs an escape, such as a date or an id.
    void plain(std::string_view text) {
        separate();
        out_ += '"';
        out_ += text;
        out_ += '"';
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
    void quote(std::string_view text);

    std::string& out_;
    bool need_comma_ = false;
};

}  // namespace mindspace
