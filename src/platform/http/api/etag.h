#pragma once
// Entity tags (RFC 9110 section 8.8.3) of resources with version numbers, and the fields that compare them (section
// 13.1). The tag of a compressed representation is the resource's tag followed by the coding: the two compare as equal.

#include "platform/http/wire/request_head.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

// A strong tag: "\"7\"".
std::string etag_of_version(std::int32_t version);
// The tag of the same resource in a content coding: "\"7-br\"".
std::string etag_of_coding(std::string_view etag, std::string_view coding);

// The value of If-Match or If-None-Match: "*", or tags. A value that is neither matches nothing.
class TagCondition {
public:
    // Combines all field lines with that name into one list. Nothing (nullopt) if there are none.
    static std::optional<TagCondition> of(const RequestHead& head, std::string_view name);

    // "*": matches any representation.
    [[nodiscard]] bool is_any() const { return is_any_; }
    // For If-Match: both tags must be strong.
    [[nodiscard]] bool matches_strongly(std::string_view etag) const;
    // For If-None-Match: tags may be weak or strong.
    [[nodiscard]] bool matches_weakly(std::string_view etag) const;
    // The versions in the strong tags, without duplicates, at most the first kMaxVersions. A suffix after '-'
    // distinguishes representations of one version and is ignored.
    [[nodiscard]] std::vector<std::int32_t> versions() const;

    static constexpr std::size_t kMaxVersions = 16;

private:
    struct Tag {
        bool is_weak = false;
        std::string text;  // without quotes and coding
    };
    TagCondition() = default;
    void read(std::string_view value);
    static std::optional<Tag> take_tag(std::string_view& list);

    bool is_any_ = false;
    std::vector<Tag> tags_;
};

// The preconditions of a GET or HEAD, evaluated in the order of section 13.2.2.
struct Preconditions {
    enum class ConditionResult : std::uint8_t { hold, not_modified, failed };

    std::optional<TagCondition> if_match;
    std::optional<TagCondition> if_none_match;

    static Preconditions of(const RequestHead& head);
    // Checks against the tag of the current representation.
    [[nodiscard]] ConditionResult check(std::string_view etag) const;
};

}  // namespace mindspace::http
