#include "platform/redis/connection/resp.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace mindspace::redis {

namespace {

constexpr std::size_t kReadSize = std::size_t{16} << 10;
constexpr std::size_t kMaxLine = std::size_t{64} << 10;       // simple strings, errors and numbers are lines
constexpr std::size_t kRetainedReply = std::size_t{1} << 20;  // how much a huge reply may leave allocated
constexpr std::size_t kReservedItems = 256;                   // no more is reserved for an announced length
constexpr std::string_view kLineEnd = "\r\n";

std::int64_t parse_integer(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) throw ProtocolError("redis: malformed integer");
    }
    std::int64_t value = 0;
    auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc{} || rest != text.data() + text.size()) throw ProtocolError("redis: malformed integer");
    return value;
}

double parse_double(std::string_view text) {
    double value = 0;
    auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Redis prints 17 digits, so a subnormal may be out of range; no value stored here is that small.
    if (fault != std::errc{} || rest != text.data() + text.size()) throw ProtocolError("redis: malformed double");
    return value;
}

bool parse_boolean(std::string_view text) {
    if (text != "t" && text != "f") throw ProtocolError("redis: malformed boolean");
    return text == "t";
}

// RESP2 writes null as a length of -1.
std::optional<std::size_t> parse_length(std::string_view text) {
    std::int64_t length = parse_integer(text);
    if (length == -1) return std::nullopt;
    if (length < 0) throw ProtocolError("redis: negative length");
    return static_cast<std::size_t>(length);
}

void append_length(std::string& output, char type, std::size_t length) {
    char digits[24];
    digits[0] = type;
    char* end = std::to_chars(digits + 1, digits + sizeof digits - 2, length).ptr;
    *end++ = '\r';
    *end++ = '\n';
    output.append(digits, end);
}

}  // namespace

void Value::expect(Kind kind) const {
    if (kind_ == kind) return;
    static constexpr std::string_view kNames[] = {"null",  "boolean", "integer", "double", "string",
                                                  "error", "array",   "map",     "set",    "push"};
    std::string text("redis: the reply is of kind ");
    text.append(kNames[std::to_underlying(kind_)]).append(", not ").append(kNames[std::to_underlying(kind)]);
    throw ProtocolError(text);
}

bool Value::as_bool() const {
    expect(Kind::boolean);
    return std::get<bool>(data_);
}

std::int64_t Value::as_integer() const {
    expect(Kind::integer);
    return std::get<std::int64_t>(data_);
}

double Value::as_double() const {
    expect(Kind::real);
    return std::get<double>(data_);
}

const std::string& Value::as_string() const& {
    expect(Kind::string);
    return std::get<std::string>(data_);
}

std::string Value::as_string() && {
    expect(Kind::string);
    return std::get<std::string>(std::move(data_));
}

const std::string& Value::error() const {
    expect(Kind::error);
    return std::get<std::string>(data_);
}

std::string_view Value::error_code() const {
    std::string_view text = error();
    return text.substr(0, text.find(' '));
}

std::span<const Value> Value::items() const {
    if (const auto* items = std::get_if<std::vector<Value>>(&data_)) return *items;
    expect(Kind::array);
    std::unreachable();
}

const Value& Value::at(std::size_t index) const {
    std::span<const Value> all = items();
    if (index >= all.size()) throw ProtocolError("redis: the reply has too few elements");
    return all[index];
}

std::span<char> Parser::prepare() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == 0 && buffer_.size() > kRetainedReply) buffer_ = {};
    std::size_t room = std::max(wanted_, end_ + kReadSize);
    // Doubles up to the length of a long string instead of allocating it at once: announcing a length costs the server
    // nothing.
    if (buffer_.size() - end_ < kReadSize) buffer_.resize(std::clamp(2 * buffer_.size(), end_ + kReadSize, room));
    return std::span(buffer_).subspan(end_);
}

std::optional<Value> Parser::next() {
    Value element;
    while (true) {
        Step step = take_element(element);
        if (step == Step::starved) return std::nullopt;
        if (step == Step::opened) continue;
        // Insert the element where it belongs, and close every aggregate that it completes.
        while (true) {
            if (open_.empty()) {
                bytes_ = 0;
                elements_ = 0;
                return element;
            }
            Aggregate& parent = open_.back();
            parent.items.push_back(std::move(element));
            if (--parent.missing > 0) break;
            Aggregate complete = std::move(parent);
            open_.pop_back();
            if (complete.is_attribute) break;
            element = Value(complete.kind, std::move(complete.items));
        }
    }
}

Parser::Step Parser::take_element(Value& element) {
    std::optional<std::string_view> line = peek_line();
    if (!line) return Step::starved;
    if (line->empty()) throw ProtocolError("redis: empty line");
    char type = line->front();
    std::string_view rest = line->substr(1);
    switch (type) {
        case '$':
        case '=':
        case '!':
            return take_text(element, type, rest);
        case '*':
        case '%':
        case '~':
        case '>':
        case '|':
            return open_aggregate(element, type, rest);
        case '+':
        case '(':  // an integer that exceeds 64 bits stays a string
            element = Value(Value::Kind::string, std::string(rest));
            break;
        case '-':
            element = Value(Value::Kind::error, std::string(rest));
            break;
        case ':':
            element = Value(parse_integer(rest));
            break;
        case ',':
            element = Value(parse_double(rest));
            break;
        case '#':
            element = Value(parse_boolean(rest));
            break;
        case '_':
            if (!rest.empty()) throw ProtocolError("redis: malformed null");
            element = Value();
            break;
        default:
            throw ProtocolError("redis: unknown type of reply");
    }
    consume(line->size() + kLineEnd.size());
    return Step::finished;
}

Parser::Step Parser::take_text(Value& element, char type, std::string_view header) {
    std::optional<std::size_t> length = parse_length(header);
    std::size_t start = 1 + header.size() + kLineEnd.size();
    if (!length) {
        if (type != '$') throw ProtocolError("redis: negative length");
        element = Value();
        consume(start);
        return Step::finished;
    }
    if (*length > limits_.bytes) throw ProtocolError("redis: the reply is too large");
    std::size_t complete = start + *length + kLineEnd.size();
    if (end_ - begin_ < complete) {
        wanted_ = complete;
        return Step::starved;
    }
    wanted_ = 0;
    std::string_view text(buffer_.data() + begin_ + start, *length);
    if (std::string_view(text.data() + text.size(), kLineEnd.size()) != kLineEnd) {
        throw ProtocolError("redis: a string does not end with CR LF");
    }
    if (type == '=') {  // verbatim: a three-letter format and a colon come first
        if (text.size() < 4 || text[3] != ':') throw ProtocolError("redis: malformed verbatim string");
        text.remove_prefix(4);
    }
    element = Value(type == '!' ? Value::Kind::error : Value::Kind::string, std::string(text));
    consume(complete);
    return Step::finished;
}

Parser::Step Parser::open_aggregate(Value& element, char type, std::string_view header) {
    std::optional<std::size_t> length = parse_length(header);
    bool is_pair_list = type == '%' || type == '|';
    consume(1 + header.size() + kLineEnd.size());
    if (!length) {
        if (type != '*') throw ProtocolError("redis: negative length");
        element = Value();
        return Step::finished;
    }
    if (type == '>' && !open_.empty()) throw ProtocolError("redis: a push within a reply");
    if (*length > limits_.elements) throw ProtocolError("redis: the reply has too many elements");
    std::size_t count = is_pair_list ? 2 * *length : *length;
    elements_ += count;
    if (elements_ > limits_.elements) throw ProtocolError("redis: the reply has too many elements");
    if (open_.size() >= limits_.depth) throw ProtocolError("redis: the reply is nested too deeply");

    Value::Kind kind = Value::Kind::array;
    if (is_pair_list) kind = Value::Kind::map;
    if (type == '~') kind = Value::Kind::set;
    if (type == '>') kind = Value::Kind::push;
    if (count == 0) {
        if (type == '|') return Step::opened;
        element = Value(kind, std::vector<Value>());
        return Step::finished;
    }
    Aggregate& aggregate = open_.emplace_back(kind, type == '|', count);
    aggregate.items.reserve(std::min(count, kReservedItems));
    return Step::opened;
}

// The line at begin_ without its line end.
std::optional<std::string_view> Parser::peek_line() const {
    std::string_view unread(buffer_.data() + begin_, end_ - begin_);
    std::size_t line_end = unread.substr(0, kMaxLine).find('\r');
    if (line_end == std::string_view::npos) {
        if (unread.size() >= kMaxLine) throw ProtocolError("redis: a line is too long");
        return std::nullopt;
    }
    if (line_end + 1 == unread.size()) return std::nullopt;
    if (unread[line_end + 1] != '\n') throw ProtocolError("redis: a bare carriage return");
    return unread.substr(0, line_end);
}

void Parser::consume(std::size_t bytes) {
    begin_ += bytes;
    bytes_ += bytes;
    if (bytes_ > limits_.bytes) throw ProtocolError("redis: the reply is too large");
}

void encode_command(std::string& output, std::initializer_list<Arguments> parts) {
    std::size_t count = 0;
    for (Arguments part : parts) count += part.size();
    append_length(output, '*', count);
    for (Arguments part : parts) {
        for (std::string_view argument : part) {
            append_length(output, '$', argument.size());
            output.append(argument).append(kLineEnd);
        }
    }
}

}  // namespace mindspace::redis
