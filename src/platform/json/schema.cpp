#include "platform/json/schema.h"

#include "platform/base/calendar.h"
#include "platform/base/text/utf8.h"
#include "platform/base/text/visible_text.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

namespace mindspace::schema {

namespace {

bool is_control_or_space(char c) {
    auto u = static_cast<unsigned char>(c);
    return u <= 0x20 || u == 0x7F;
}

bool is_email(std::string_view text) {
    constexpr std::string_view kAsciiSpace = " \t\r\n\f\v";  // surrounding space, which comes with pasted text
    text.remove_prefix(std::min(text.find_first_not_of(kAsciiSpace), text.size()));
    text = text.substr(0, text.find_last_not_of(kAsciiSpace) + 1);
    auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
    auto domain = text.substr(at + 1);
    if (std::ranges::any_of(text, is_control_or_space) || text.substr(0, at).find('@') != std::string_view::npos)
        return false;
    if (has_control_character(text, Lines::none) || has_reordering_character(text)) return false;
    if (text.find_first_of("<>(),;:\\\"[]") != std::string_view::npos) return false;
    return domain.find('.') != std::string_view::npos && domain.front() != '.' && domain.back() != '.' &&
           domain.find("..") == std::string_view::npos && domain.front() != '-';
}

bool is_https_url(std::string_view text) {
    auto url = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
    return url && url->scheme() == "https" && !url->host().empty() && !url->has_userinfo();
}

// RFC 5646 section 2.1, well-formedness of langtag: subtags of 1–8 letters and digits, the first of 2–8 letters.
bool is_language_tag(std::string_view text) {
    bool first = true;
    while (true) {
        auto dash = text.find('-');
        auto subtag = text.substr(0, dash);
        if (subtag.empty() || subtag.size() > 8 || (first && subtag.size() < 2)) return false;
        for (char c : subtag) {
            auto u = static_cast<unsigned char>(c);
            if (u >= 0x80 || (first ? !std::isalpha(u) : !std::isalnum(u))) return false;
        }
        if (dash == std::string_view::npos) return true;
        text.remove_prefix(dash + 1);
        first = false;
    }
}

bool is_time_zone(std::string_view text) {
    return TimeZone::find(text).has_value();
}

// The bounds of a value without a rule: those of its type, or the longest body that can be allowed.
struct ValueLimits {
    std::optional<std::int64_t> min{};
    std::optional<std::int64_t> max{};
};
constexpr ValueLimits kAnyText{.max = 67'108'864};
template <class Int>
constexpr ValueLimits kAny{.min = std::numeric_limits<Int>::min(), .max = std::numeric_limits<Int>::max()};

// The part that a reader of the OpenAPI document can check.
std::string_view pattern_of(Text purpose) {
    switch (purpose) {
        case Text::name:
            return R"(^[^\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u206F]*$)";
        case Text::prose:
            return R"(^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]*$)";
        case Text::undeclared:
        case Text::exact:
            break;
    }
    return {};
}

void describe_scalar(JsonWriter& out, std::string_view type, std::string_view format, const Rules& rules,
                     const ValueLimits& limits) {
    out.begin_object();
    out.key("type");
    out.string(type);
    if (!format.empty()) out.key("format"), out.string(format);
    bool text = type == "string";
    auto min = rules.min ? rules.min : limits.min;
    auto max = rules.max ? rules.max : limits.max;
    if (min) out.key(text ? "minLength" : "minimum"), out.integer(*min);
    if (max) out.key(text ? "maxLength" : "maximum"), out.integer(*max);
    if (const auto pattern = pattern_of(rules.text); !pattern.empty()) out.key("pattern"), out.string(pattern);
    describe_about(out, rules);
    out.end_object();
}

// Up to this value a double represents every integer exactly. Excludes NaN, too, which is what Boost.JSON reads for
// 0e999.
constexpr double kLargestExact = 9'007'199'254'740'992;

template <class Int>
bool read_integer(const json::value& in, Int& to, const Rules& rules, const Path& at, Faults& faults) {
    std::int64_t number = 0;
    if (const auto* exact = in.if_int64()) {
        number = *exact;
    } else if (const auto* real = in.if_double();
               real != nullptr && std::abs(*real) <= kLargestExact && *real == std::trunc(*real)) {
        number = static_cast<std::int64_t>(*real);  // 600.0 is an integer in JSON Schema
    } else {
        return faults.check_type(false, at, "an integer");
    }
    Rules bounded = rules;
    if (!bounded.min) bounded.min = std::numeric_limits<Int>::min();
    if (!bounded.max) bounded.max = std::numeric_limits<Int>::max();
    if (!faults.check_number(number, bounded, at)) return false;
    to = static_cast<Int>(number);
    return true;
}

template <class T>
bool read_parsed(const json::value& in, T& to, std::optional<T> (*parse)(std::string_view), std::string_view code,
                 std::string_view message, const Path& at, Faults& faults) {
    if (!faults.check_type(in.is_string(), at, "a string")) return false;
    auto value = parse(std::string_view(in.get_string()));
    if (!value) return faults.add(at, std::string(code), std::string(message)), false;
    to = *value;
    return true;
}

// Checked before the text is prepared. Composing merges few letters of a text from several characters, and those from
// two or three.
bool is_far_too_long(std::string_view text, std::int64_t max_length) {
    const auto bound = 2 * static_cast<std::size_t>(max_length);
    return text.size() > bound && count_code_points(text) > bound;
}

// The number of members that the objects of a JSON text have as written. Outside strings a colon occurs nowhere else.
std::size_t count_colons(std::string_view text) {
    std::size_t colons = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') in_string = !in_string;
        if (text[i] == '\\') ++i;  // an escaped character does not end a string
        if (text[i] == ':' && !in_string) ++colons;
    }
    return colons;
}

// The number of members after parsing: of members with the same name, Boost.JSON keeps the last. The parser limits the
// depth.
std::size_t count_members(const json::value& value) {
    std::size_t members = 0;
    if (const auto* object = value.if_object()) {
        members = object->size();
        for (const auto& member : *object) members += count_members(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const auto& item : *array) members += count_members(item);
    }
    return members;
}

}  // namespace

const Format kEmail{"email", &is_email, "must be an email address"};
const Format kHttpsUrl{"uri", &is_https_url, "must be an absolute https URL"};
const Format kLanguageTag{"", &is_language_tag, "must be a BCP 47 language tag"};
const Format kTimeZone{"", &is_time_zone, "must be an IANA time zone name"};

std::string prepared_text(std::string_view text, Text purpose) {
    switch (purpose) {
        case Text::name:
            return composed(without_space_around(text));
        case Text::prose:
            return composed(with_line_feeds(text));
        case Text::undeclared:
        case Text::exact:
            break;
    }
    return std::string(text);
}

std::string Path::pointer() const {
    if (parent == nullptr) return {};
    std::string text = parent->pointer() + "/";
    if (name.empty()) return text + std::to_string(index);
    for (char c : name) {
        if (c == '~')
            text += "~0";
        else if (c == '/')
            text += "~1";
        else
            text += c;
    }
    return text;
}

bool Faults::is_full() {
    has_more_ = list_.size() == kMaxFaults;
    return has_more_;
}

void Faults::add(const Path& at, std::string code, std::string message) {
    if (is_full()) return;
    list_.push_back({at.pointer(), {}, std::move(code), std::move(message)});
}

void Faults::add_parameter(std::string_view name, std::string code, std::string message) {
    if (is_full()) return;
    list_.push_back({{}, std::string(name), std::move(code), std::move(message)});
}

bool Faults::check_type(bool fits, const Path& at, std::string_view expected) {
    if (!fits) add(at, "wrong_type", "must be " + std::string(expected));
    return fits;
}

bool Faults::check_string(std::string_view text, const Rules& rules, const Path& at) {
    auto length = static_cast<std::int64_t>(count_code_points(text));
    if (rules.min && length < *rules.min)
        return add(at, "too_short", "must have at least " + std::to_string(*rules.min) + " characters"), false;
    if (rules.max && length > *rules.max)
        return add(at, "too_long", "must have at most " + std::to_string(*rules.max) + " characters"), false;
    if (!check_characters(text, rules, at)) return false;
    if (rules.format != nullptr && !rules.format->accepts(text))
        return add(at, "invalid_format", std::string(rules.format->message)), false;
    return true;
}

bool Faults::check_characters(std::string_view text, const Rules& rules, const Path& at) {
    if (text.find('\0') != std::string_view::npos)  // PostgreSQL's text has no NUL
        return add(at, "bad_character", "must not contain U+0000"), false;
    if (rules.text == Text::prose && has_control_character(text, Lines::allowed))
        return add(at, "bad_character", "must not contain control characters other than line feed and tab"), false;
    if (rules.text != Text::name) return true;
    if (has_control_character(text, Lines::none))
        return add(at, "bad_character", "must not contain control characters"), false;
    if (has_reordering_character(text))
        return add(at, "bad_character", "must not contain characters that change the text direction"), false;
    if (!text.empty() && !is_visible(text)) return add(at, "not_visible", "must contain a visible character"), false;
    return true;
}

bool Faults::check_number(std::int64_t number, const Rules& rules, const Path& at) {
    if (rules.min && number < *rules.min)
        return add(at, "too_small", "must be at least " + std::to_string(*rules.min)), false;
    if (rules.max && number > *rules.max)
        return add(at, "too_large", "must be at most " + std::to_string(*rules.max)), false;
    return true;
}

bool Faults::check_count(std::size_t count, const Rules& rules, const Path& at) {
    auto items = static_cast<std::int64_t>(count);
    if (rules.min && items < *rules.min)
        return add(at, "too_few", "must have at least " + std::to_string(*rules.min) + " items"), false;
    if (rules.max && items > *rules.max)
        return add(at, "too_many", "must have at most " + std::to_string(*rules.max) + " items"), false;
    return true;
}

void describe_about(JsonWriter& out, const Rules& rules) {
    std::string text(rules.about);
    if (rules.text == Text::name)
        text += text.empty() ? "Trimmed, in NFC; one character must be visible."
                             : " Trimmed, in NFC; one character must be visible.";
    if (rules.format != nullptr && rules.format->name.empty())
        text += (text.empty() ? "It " : " It ") + std::string(rules.format->message) + ".";
    if (!text.empty()) out.key("description"), out.string(text);
}

void describe_string_enum(JsonWriter& out, const std::string_view* names, std::size_t count, const Rules& rules) {
    out.begin_object();
    out.key("type");
    out.string("string");
    out.key("enum");
    out.begin_array();
    for (std::size_t i = 0; i < count; ++i) out.string(names[i]);
    out.end_array();
    describe_about(out, rules);
    out.end_object();
}

std::string one_of(const std::string_view* names, std::size_t count) {
    std::string text = "must be one of";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? " " : ", ") + std::string(names[i]);
    return text;
}

bool Type<std::string>::read(const json::value& in, std::string& to, const Rules& rules, const Path& at,
                             Faults& faults) {
    if (!faults.check_type(in.is_string(), at, "a string")) return false;
    const std::string_view typed(in.get_string());
    if (rules.max && is_far_too_long(typed, *rules.max)) return faults.check_string(typed, rules, at);
    auto text = prepared_text(typed, rules.text);
    // The user typed something, but none of it is visible.
    if (text.empty() && !typed.empty() && rules.min)
        return faults.add(at, "not_visible", "must contain a visible character"), false;
    if (!faults.check_string(text, rules, at)) return false;
    to = std::move(text);
    return true;
}
void Type<std::string>::write(JsonWriter& out, const std::string& text) {
    out.string(text);
}
void Type<std::string>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "string", rules.format != nullptr ? rules.format->name : "", rules, kAnyText);
}

bool Type<bool>::read(const json::value& in, bool& to, const Rules&, const Path& at, Faults& faults) {
    if (!faults.check_type(in.is_bool(), at, "true or false")) return false;
    to = in.get_bool();
    return true;
}
void Type<bool>::write(JsonWriter& out, const bool& value) {
    out.boolean(value);
}
void Type<bool>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "boolean", "", rules, {});
}

bool Type<std::int32_t>::read(const json::value& in, std::int32_t& to, const Rules& rules, const Path& at,
                              Faults& faults) {
    return read_integer(in, to, rules, at, faults);
}
void Type<std::int32_t>::write(JsonWriter& out, const std::int32_t& number) {
    out.integer(number);
}
void Type<std::int32_t>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "integer", "int32", rules, kAny<std::int32_t>);
}

bool Type<std::int64_t>::read(const json::value& in, std::int64_t& to, const Rules& rules, const Path& at,
                              Faults& faults) {
    return read_integer(in, to, rules, at, faults);
}
void Type<std::int64_t>::write(JsonWriter& out, const std::int64_t& number) {
    out.integer(number);
}
void Type<std::int64_t>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "integer", "int64", rules, kAny<std::int64_t>);
}

bool Type<double>::read(const json::value& in, double& to, const Rules&, const Path& at, Faults& faults) {
    const bool is_finite = in.is_number() && std::isfinite(in.to_number<double>());
    if (!faults.check_type(is_finite, at, "a number")) return false;
    to = in.to_number<double>();
    return true;
}
void Type<double>::write(JsonWriter& out, const double& number) {
    out.number(number);
}
void Type<double>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "number", "double", rules, {});
}

bool Type<Timestamp>::read(const json::value& in, Timestamp& to, const Rules&, const Path& at, Faults& faults) {
    return read_parsed(in, to, &parse_timestamp, "invalid_format", "must be an RFC 3339 time with an offset", at,
                       faults);
}
void Type<Timestamp>::write(JsonWriter& out, const Timestamp& at) {
    out.plain(timestamp_text(at));
}
void Type<Timestamp>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "string", "date-time", rules, {.min = 20, .max = 64});
}

bool Type<LocalDate>::read(const json::value& in, LocalDate& to, const Rules&, const Path& at, Faults& faults) {
    return read_parsed(in, to, &parse_date, "invalid_format", "must be a date such as 2026-11-23", at, faults);
}
void Type<LocalDate>::write(JsonWriter& out, const LocalDate& date) {
    out.plain(date_text(date));
}
void Type<LocalDate>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "string", "date", rules, {.min = 10, .max = 10});
}

bool Type<Uuid>::read(const json::value& in, Uuid& to, const Rules&, const Path& at, Faults& faults) {
    return read_parsed(in, to, &Uuid::parse, "invalid_format", "must be a lower-case UUID", at, faults);
}
void Type<Uuid>::write(JsonWriter& out, const Uuid& uuid) {
    out.plain(uuid.text());
}
void Type<Uuid>::describe(JsonWriter& out, const Rules& rules, Components&) {
    describe_scalar(out, "string", "uuid", rules, {.min = 36, .max = 36});
}

bool Type<RawJson>::read(const json::value& in, RawJson& to, const Rules&, const Path&, Faults&) {
    to.text = json::serialize(in);
    return true;
}
void Type<RawJson>::write(JsonWriter& out, const RawJson& value) {
    out.raw(value.text);
}
void Type<RawJson>::describe(JsonWriter& out, const Rules&, Components&) {
    out.raw("{}");
}

Result<json::value> parse_json(std::string_view text) {
    json::error_code failure;
    json::parse_options options;
    options.max_depth = 16;
    auto value = json::parse(json::string_view(text.data(), text.size()), failure, {}, options);
    if (failure)
        return Error{ErrorCode::malformed, "malformed_json", "The body is not JSON: " + failure.message() + ".", {}};
    if (count_colons(text) != count_members(value))
        return Error{ErrorCode::malformed, "malformed_json", "A member name occurs twice in an object.", {}};
    return value;
}

Error validation_failed(Faults faults) {
    return Error{.code = ErrorCode::invalid,
                 .reason = "validation_failed",
                 .detail = "One or more values do not fit.",
                 .faults = faults.take(),
                 .more_faults = faults.has_more()};
}

}  // namespace mindspace::schema
