#include "services/analytics/statistics/seconds_by_kind.h"

#include <charconv>
#include <stdexcept>

namespace mindspace::analytics {

namespace {

// Passes every member to `take(name, seconds)`. The JSON that we wrote has one form only, so this need not be a JSON
// parser.
template <class Take>
void walk(std::string_view json, Take take) {
    auto must = [](bool holds) {
        if (!holds) throw std::invalid_argument("no seconds by kind");
    };
    auto drop = [&](char expected) {
        must(json.starts_with(expected));
        json.remove_prefix(1);
    };
    drop('{');
    while (!json.starts_with('}')) {
        drop('"');
        auto name = json.substr(0, json.find('"'));
        json.remove_prefix(name.size());
        drop('"');
        drop(':');
        std::int64_t seconds = 0;
        auto [rest, failure] = std::from_chars(json.data(), json.data() + json.size(), seconds);
        must(failure == std::errc{});
        json.remove_prefix(static_cast<std::size_t>(rest - json.data()));
        take(name, seconds);
        if (!json.starts_with('}')) {
            drop(',');
            must(json.starts_with('"'));
        }
    }
    must(json.size() == 1);
}

}  // namespace

SecondsByKind::SecondsByKind(const Members& members) {
    json_.clear();
    JsonWriter out(json_);
    out.begin_object();
    for (const auto& [name, seconds] : members) {
        out.plain_key(name);
        out.integer(seconds);
    }
    out.end_object();
}

SecondsByKind::Members SecondsByKind::members() const {
    Members members;
    add_to(members);
    return members;
}

void SecondsByKind::add_to(Members& sum) const {
    walk(json_, [&sum](std::string_view name, std::int64_t seconds) {
        auto known = sum.find(name);
        if (known == sum.end()) known = sum.emplace(name, 0).first;
        known->second += seconds;
    });
}

}  // namespace mindspace::analytics
