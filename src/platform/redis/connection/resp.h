#pragma once
// RESP, the protocol of Redis: reply values, an incremental parser and the command encoder. No sockets, no clock.
// Accepts RESP3 and RESP2 replies; rejects streamed RESP3 types, which Redis never sends.
// https://github.com/redis/redis-specifications/blob/master/protocol/RESP3.md

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mindspace::redis {

// Bytes that are not RESP or exceed a limit, or a reply of another kind than its reader expected.
class ProtocolError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Redis replied with an error; what() is the reply, such as "WRONGTYPE Operation against …".
class CommandError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// One reply, or one element of a reply. The accessors throw ProtocolError if the value is of another kind.
class Value {
public:
    enum class Kind : std::uint8_t { null, boolean, integer, real, string, error, array, map, set, push };

    Value() = default;
    explicit Value(bool value) : kind_(Kind::boolean), data_(value) {}
    explicit Value(std::int64_t value) : kind_(Kind::integer), data_(value) {}
    explicit Value(double value) : kind_(Kind::real), data_(value) {}
    // `kind` is string or error.
    Value(Kind kind, std::string text) : kind_(kind), data_(std::move(text)) {}
    // `kind` is array, map, set or push; a map has the form key, value, key, value, …
    Value(Kind kind, std::vector<Value> items) : kind_(kind), data_(std::move(items)) {}

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
    [[nodiscard]] bool is_error() const { return kind_ == Kind::error; }

    [[nodiscard]] bool as_bool() const;
    [[nodiscard]] std::int64_t as_integer() const;
    [[nodiscard]] double as_double() const;
    [[nodiscard]] const std::string& as_string() const&;
    // Moves the string out of a reply that is no longer needed.
    [[nodiscard]] std::string as_string() &&;

    // The complete text of an error reply, and its first word ("NOSCRIPT").
    [[nodiscard]] const std::string& error() const;
    [[nodiscard]] std::string_view error_code() const;

    // Elements of an array, set or push; for a map, alternating keys and values.
    [[nodiscard]] std::span<const Value> items() const;
    [[nodiscard]] std::size_t size() const { return items().size(); }
    [[nodiscard]] const Value& at(std::size_t index) const;

private:
    void expect(Kind kind) const;

    Kind kind_ = Kind::null;
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<Value>> data_;
};

// Limits of one reply. A server that exceeds one is broken or hostile, and its connection is closed.
struct ParserLimits {
    std::size_t bytes = std::size_t{64} << 20;    // on the wire
    std::size_t elements = std::size_t{1} << 20;  // over all levels
    std::size_t depth = 16;                       // aggregates within aggregates
};

// Splits a stream of bytes into replies. Read into prepare(), pass the number of bytes to commit(), call next() until
// it is empty. The parsed part of an incomplete reply is kept, so no byte of it is parsed twice, except those of its
// last unfinished element.
class Parser {
public:
    explicit Parser(ParserLimits limits = {}) : limits_(limits) {}

    // Never empty; valid until the next call of any function.
    std::span<char> prepare();
    void commit(std::size_t bytes) { end_ += bytes; }
    // The next complete reply. Throws ProtocolError; the parser must not be used afterwards.
    std::optional<Value> next();

private:
    enum class Step { starved, opened, finished };
    struct Aggregate {
        Value::Kind kind;
        bool is_attribute;  // metadata before a value (RESP3 "|"): parsed and dropped
        std::size_t missing;
        std::vector<Value> items;
    };

    Step take_element(Value& element);
    Step take_text(Value& element, char type, std::string_view header);
    Step open_aggregate(Value& element, char type, std::string_view header);
    std::optional<std::string_view> peek_line() const;
    void consume(std::size_t bytes);

    ParserLimits limits_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // buffer_[begin_, end_) is not parsed yet
    std::size_t end_ = 0;
    std::size_t wanted_ = 0;  // total bytes of the unfinished element, if known
    std::size_t bytes_ = 0;   // of the current reply
    std::size_t elements_ = 0;
    std::vector<Aggregate> open_;
};

using Arguments = std::span<const std::string_view>;

// Appends one command, whose arguments are given in parts, to `output` as an array of bulk strings.
void encode_command(std::string& output, std::initializer_list<Arguments> parts);

}  // namespace mindspace::redis
