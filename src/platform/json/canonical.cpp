#include "platform/json/canonical.h"

#include "platform/json/schema.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cmath>

namespace mindspace {

namespace {

namespace json = boost::json;

// Up to this value a double represents every integer exactly.
constexpr double kLargestExact = 9'007'199'254'740'992;

void append(std::string& out, const json::value& value);

void append_object(std::string& out, const json::object& object) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const json::key_value_pair* member) { return std::string_view(member->key()); });
    out += '{';
    for (const auto* member : members) {
        out += json::serialize(member->key());
        out += ':';
        append(out, member->value());
        out += ',';
    }
    out += '}';
}

void append(std::string& out, const json::value& value) {
    if (const auto* object = value.if_object()) {
        append_object(out, *object);
    } else if (const auto* array = value.if_array()) {
        out += '[';
        for (const auto& item : *array) {
            append(out, item);
            out += ',';
        }
        out += ']';
    } else if (const auto* number = value.if_double();
               number != nullptr && std::abs(*number) <= kLargestExact && *number == std::trunc(*number)) {
        out += std::to_string(static_cast<std::int64_t>(*number));  // 1.0 and 1 are the same value
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

std::string canonical_json(std::string_view text) {
    auto document = schema::parse_json(text);
    if (!document) return std::string(text);
    std::string canonical;
    canonical.reserve(text.size());
    append(canonical, *document);
    return canonical;
}

}  // namespace mindspace
