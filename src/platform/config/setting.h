#pragma once
// A setting is one row: its key, the member of a plain struct that it fills, bounds, unit and one sentence. The type
// and the default are those of the member. Sources, faults, --explain and the documentation are derived from the row,
// and the program reads the member: no setting is looked up by name after startup.

#include "platform/base/time.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace mindspace::config {

// An enum member, set by name: names_of(E) as for schemas, in the order of the enumerators.
class Choice {
public:
    template <class E>
        requires std::is_enum_v<E>
    explicit Choice(E& member)
        : member_(&member),
          set_([](void* at, std::size_t index) { *static_cast<E*>(at) = static_cast<E>(index); }),
          get_([](const void* at) { return static_cast<std::size_t>(*static_cast<const E*>(at)); }) {
        for (std::string_view name : names_of(member)) names_.push_back(name);
    }

    // False if there is no such name.
    [[nodiscard]] bool set(std::string_view name) const;
    [[nodiscard]] std::string_view name() const { return names_[get_(member_)]; }
    [[nodiscard]] const std::vector<std::string_view>& names() const { return names_; }

private:
    void* member_;
    void (*set_)(void* at, std::size_t index);
    std::size_t (*get_)(const void* at);
    std::vector<std::string_view> names_;
};

// The destination of the value. This variant is the list of types that a setting can have.
using Member = std::variant<bool*, std::uint16_t*, std::uint32_t*, std::uint64_t*, Seconds*, Milliseconds*, double*,
                            std::string*, std::vector<std::string>*, Choice>;

struct Bounds {
    double min = 0;
    double max = std::numeric_limits<double>::infinity();
};

struct Setting {
    std::string key;  // as in TOML: "http.port"
    Member member;
    Bounds bounds{};          // of numbers, both inclusive
    std::string_view unit{};  // of numbers; durations have theirs
    std::string sentence;
    bool secret = false;  // never shown
};

// A value of a type that no setting has, such as a date.
struct Foreign {
    std::string_view type;
};

// A value as a source provides it, not yet validated.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, Foreign>;

// Parses the text of an environment variable or a flag by the setting's type; lists are separated by commas.
Value parse_text(const Setting& setting, std::string_view text);

// Checks `value` and assigns it to the member. Otherwise returns what is wrong and what is allowed.
[[nodiscard]] std::optional<std::string> assign(const Setting& setting, const Value& value);

// "an integer from 1 to 3600 (seconds)", "one of error, warn, info, debug"
std::string describe_type(const Setting& setting);

// The member's current value in TOML.
std::string value_as_toml(const Setting& setting);

}  // namespace mindspace::config
