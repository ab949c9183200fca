#pragma once
// Seconds of each kind that occurred, as the JSON object that responses contain and daily_totals stores: a year has
// thousands of members, and most days are passed on as they were read.

#include "platform/json/schema.h"

#include <boost/container/flat_map.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mindspace::analytics {

class SecondsByKind {
public:
    using Members = boost::container::flat_map<std::string, std::int64_t, std::less<>>;

    SecondsByKind() = default;
    // Names must need no escape, like those of kinds.
    explicit SecondsByKind(const Members& members);

    // A result of json(): an object of integers, without spaces or escapes. It is parsed only when sums are needed.
    explicit SecondsByKind(std::string json) : json_(std::move(json)) {}

    [[nodiscard]] std::string_view json() const { return json_; }
    // Both throw std::invalid_argument if the string is not of that form.
    [[nodiscard]] Members members() const;
    void add_to(Members& sum) const;

    friend bool operator==(const SecondsByKind&, const SecondsByKind&) = default;

private:
    std::string json_ = "{}";
};

}  // namespace mindspace::analytics

template <>
struct mindspace::schema::Type<mindspace::analytics::SecondsByKind> {
    static void write(JsonWriter& out, const analytics::SecondsByKind& seconds) { out.raw(seconds.json()); }
    static void describe(JsonWriter& out, const Rules& rules, Components& all) {
        Type<std::map<std::string, std::int64_t>>::describe(out, rules, all);
    }
};
