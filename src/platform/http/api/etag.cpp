#include "platform/http/api/etag.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace mindspace::http {

namespace {

// The suffixes that a tag may have before its closing quote.
constexpr std::array<std::string_view, 2> kCodings{"-br", "-gzip"};

void skip_separators(std::string_view& list) {
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
}

}  // namespace

std::string etag_of_version(std::int32_t version) {
    return "\"" + std::to_string(version) + "\"";
}

std::string etag_of_coding(std::string_view etag, std::string_view coding) {
    std::string tag(etag.substr(0, etag.size() - 1));
    return tag + '-' + std::string(coding) + '"';
}

std::optional<TagCondition> TagCondition::of(const RequestHead& head, std::string_view name) {
    std::optional<TagCondition> condition;
    for (const auto& field : head.headers) {
        if (!equals_ignoring_case(field.name, name)) continue;
        if (!condition) condition = TagCondition();
        condition->read(field.value);
    }
    return condition;
}

void TagCondition::read(std::string_view value) {
    if (value == "*") {
        is_any_ = true;
        return;
    }
    skip_separators(value);
    while (!value.empty()) {
        auto tag = take_tag(value);
        if (!tag) return;  // the rest is not a list of tags
        tags_.push_back(std::move(*tag));
        skip_separators(value);
    }
}

// entity-tag = [ "W/" ] DQUOTE *etagc DQUOTE
std::optional<TagCondition::Tag> TagCondition::take_tag(std::string_view& list) {
    Tag tag;
    if (list.starts_with("W/")) {
        tag.is_weak = true;
        list.remove_prefix(2);
    }
    if (!list.starts_with('"')) return std::nullopt;
    list.remove_prefix(1);
    const auto end = list.find('"');
    if (end == std::string_view::npos) return std::nullopt;
    auto text = list.substr(0, end);
    list.remove_prefix(end + 1);
    for (auto coding : kCodings) {
        if (!text.ends_with(coding)) continue;
        text.remove_suffix(coding.size());
        break;
    }
    tag.text = text;
    return tag;
}

bool TagCondition::matches_strongly(std::string_view etag) const {
    auto own = take_tag(etag);
    return is_any_ || (own && !own->is_weak && std::ranges::any_of(tags_, [&](const Tag& tag) {
                           return !tag.is_weak && tag.text == own->text;
                       }));
}

bool TagCondition::matches_weakly(std::string_view etag) const {
    auto own = take_tag(etag);
    return is_any_ || (own && std::ranges::find(tags_, own->text, &Tag::text) != tags_.end());
}

Preconditions Preconditions::of(const RequestHead& head) {
    return {.if_match = TagCondition::of(head, "if-match"), .if_none_match = TagCondition::of(head, "if-none-match")};
}

Preconditions::ConditionResult Preconditions::check(std::string_view etag) const {
    if (if_match && !if_match->matches_strongly(etag)) return ConditionResult::failed;
    if (if_none_match && if_none_match->matches_weakly(etag)) return ConditionResult::not_modified;
    return ConditionResult::hold;
}

std::vector<std::int32_t> TagCondition::versions() const {
    std::vector<std::int32_t> versions;
    for (const auto& tag : tags_) {
        const auto text = std::string_view(tag.text).substr(0, tag.text.find('-'));
        std::int32_t version = 0;
        auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
        const bool is_version = failure == std::errc{} && std::to_string(version) == text;
        if (is_version && !tag.is_weak && versions.size() < kMaxVersions &&
            std::ranges::find(versions, version) == versions.end())
            versions.push_back(version);
    }
    return versions;
}

}  // namespace mindspace::http
