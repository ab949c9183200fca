#pragma once
// Entity tags (RFC 9110 section 8.8.3) of things that count their versions, and the fields that compare them (section
// 13.1). The tag of a compressed representation is that of the thing with the coding behind it: the two count as one.

#include "platform/http/wire/request_head.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

// A strong tag: "\"7\"".
std::string etag_of_version(std::int32_t version);
// The tag of the same thing in a content coding: "\"7-br\"".
std::string etag_of_coding(std::string_view etag, std::string_view coding);

// What If-Match or If-None-Match says: "*", or tags. A text that is neither matches nothing.
class TagCondition {
public:
    // Of all field lines of that name together, as one list. Nothing without one.
    static std::optional<TagCondition> of(const RequestHead& head, std::string_view name);

    // "*": whatever there is.
    [[nodiscard]] bool is_any() const { return is_any_; }
    // For If-Match: both tags strong.
    [[nodiscard]] bool matches_strongly(std::string_view etag) const;
    // For If-None-Match: weak or strong.
    [[nodiscard]] bool matches_weakly(std::string_view etag) const;
    // What the strong tags name, each version once, the first kMostVersions of them. What follows a '-' tells
    // representations of one version apart and does not count.
    [[nodiscard]] std::vector<std::int32_t> versions() const;

    static constexpr std::size_t kMostVersions = 16;

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

// The preconditions of a GET or HEAD, in their order (section 13.2.2).
struct Preconditions {
    enum class Verdict : std::uint8_t { hold, not_modified, failed };

    std::optional<TagCondition> if_match;
    std::optional<TagCondition> if_none_match;

    static Preconditions of(const RequestHead& head);
    // Against the tag of what there is.
    [[nodiscard]] Verdict check(std::string_view etag) const;
};

}  // namespace mindspace::http
