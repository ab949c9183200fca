#include "platform/config/setting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mindspace::config {

namespace {

template <class... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};

template <class T>
constexpr bool kIsDuration = std::is_same_v<T, Seconds> || std::is_same_v<T, Milliseconds>;

// Integers and durations.
template <class T>
concept Integer = kIsDuration<T> || (std::is_unsigned_v<T> && !std::is_same_v<T, bool>);

template <Integer T>
constexpr double max_of() {
    if constexpr (kIsDuration<T>) {
        return static_cast<double>(std::numeric_limits<std::uint32_t>::max());
    } else {
        // Both TOML and text provide an integer as a signed 64-bit value.
        return static_cast<double>(
            std::min<std::uint64_t>(std::numeric_limits<T>::max(), std::numeric_limits<std::int64_t>::max()));
    }
}

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string quote(const std::vector<std::string>& list) {
    std::vector<std::string> quoted;
    for (const auto& text : list) quoted.push_back(quote(text));
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

std::string show(const Value& value) {
    return std::visit(Overloaded{[](bool flag) { return std::string(flag ? "true" : "false"); },
                                 [](std::int64_t number) { return fmt::format("{}", number); },
                                 [](double number) { return fmt::format("{}", number); },
                                 [](const std::string& text) { return quote(text); },
                                 [](const std::vector<std::string>& list) { return quote(list); },
                                 [](const Foreign& foreign) { return std::string(foreign.type); }},
                      value);
}

std::string range(double min, double max) {
    if (std::isinf(max)) return fmt::format("of at least {}", min);
    return fmt::format("from {:.15g} to {:.15g}", min, max);
}

bool within(double number, const Bounds& bounds) {
    return number >= bounds.min && number <= bounds.max;
}

bool put(bool& member, const Setting&, const Value& value) {
    const auto* flag = std::get_if<bool>(&value);
    if (flag != nullptr) member = *flag;
    return flag != nullptr;
}

template <Integer T>
bool put(T& member, const Setting& setting, const Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) return false;
    auto wide = static_cast<double>(*number);
    if (!within(wide, setting.bounds) || wide > max_of<T>()) return false;
    member = static_cast<T>(*number);
    return true;
}

bool put(double& member, const Setting& setting, const Value& value) {
    const auto* as_integer = std::get_if<std::int64_t>(&value);
    const auto* number = std::get_if<double>(&value);
    if (as_integer == nullptr && number == nullptr) return false;
    const double converted = number != nullptr ? *number : static_cast<double>(*as_integer);
    if (!within(converted, setting.bounds) || std::isinf(converted)) return false;
    member = converted;
    return true;
}

bool put(std::string& member, const Setting&, const Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr) member = *text;
    return text != nullptr;
}

bool put(std::vector<std::string>& member, const Setting&, const Value& value) {
    const auto* list = std::get_if<std::vector<std::string>>(&value);
    if (list != nullptr) member = *list;
    return list != nullptr;
}

template <class T>
Value parse_number(std::string_view text) {
    T number{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::string(text);
    return number;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> list;
    while (!text.empty()) {
        auto comma = std::min(text.find(','), text.size());
        auto item = text.substr(0, comma);
        text.remove_prefix(std::min(comma + 1, text.size()));
        auto first = item.find_first_not_of(' ');
        if (first == std::string_view::npos) continue;
        list.emplace_back(item.substr(first, item.find_last_not_of(' ') - first + 1));
    }
    return list;
}

}  // namespace

bool Choice::set(std::string_view name) const {
    auto found = std::ranges::find(names_, name);
    if (found == names_.end()) return false;
    set_(member_, static_cast<std::size_t>(found - names_.begin()));
    return true;
}

// Text that does not match the type stays text: assign() then reports it, as for every other source.
Value parse_text(const Setting& setting, std::string_view text) {
    return std::visit(Overloaded{[&](bool*) -> Value {
                                     if (text == "true") return true;
                                     if (text == "false") return false;
                                     return std::string(text);
                                 },
                                 [&]<Integer T>(T*) { return parse_number<std::int64_t>(text); },
                                 [&](double*) { return parse_number<double>(text); },
                                 [&](std::string*) -> Value { return std::string(text); },
                                 [&](std::vector<std::string>*) -> Value { return split(text); },
                                 [&](const Choice&) -> Value { return std::string(text); }},
                      setting.member);
}

std::optional<std::string> assign(const Setting& setting, const Value& value) {
    bool fits = std::visit(Overloaded{[&](const Choice& choice) {
                                          const auto* name = std::get_if<std::string>(&value);
                                          return name != nullptr && choice.set(*name);
                                      },
                                      [&](auto* member) { return put(*member, setting, value); }},
                           setting.member);
    if (fits) return std::nullopt;
    auto message = fmt::format("{} must be {}", setting.key, describe_type(setting));
    return setting.secret ? message : fmt::format("{}, not {}", message, show(value));
}

std::string describe_type(const Setting& setting) {
    const auto& [min, max] = setting.bounds;
    auto type = std::visit(
        Overloaded{[](bool*) { return std::string("true or false"); },
                   [&]<Integer T>(T*) { return "an integer " + range(min, std::min(max, max_of<T>())); },
                   [&](double*) { return "a number " + range(min, max); },
                   [](std::string*) { return std::string("a string"); },
                   [](std::vector<std::string>*) { return std::string("a list of strings"); },
                   [](const Choice& choice) { return fmt::format("one of {}", fmt::join(choice.names(), ", ")); }},
        setting.member);
    std::string_view unit = setting.unit;
    if (std::holds_alternative<Seconds*>(setting.member)) unit = "seconds";
    if (std::holds_alternative<Milliseconds*>(setting.member)) unit = "milliseconds";
    return unit.empty() ? type : fmt::format("{} ({})", type, unit);
}

std::string value_as_toml(const Setting& setting) {
    return std::visit(Overloaded{[](const bool* flag) { return std::string(*flag ? "true" : "false"); },
                                 []<Integer T>(const T* number) {
                                     if constexpr (kIsDuration<T>)
                                         return fmt::format("{}", number->count());
                                     else
                                         return fmt::format("{}", *number);
                                 },
                                 [](const double* number) { return fmt::format("{:#}", *number); },
                                 [](const std::string* text) { return quote(*text); },
                                 [](const std::vector<std::string>* list) { return quote(*list); },
                                 [](const Choice& choice) { return quote(choice.name()); }},
                      setting.member);
}

}  // namespace mindspace::config
