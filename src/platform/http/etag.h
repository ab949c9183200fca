#pragma once
// Entity tags (RFC 9110 section 8.8.3) of things that count their versions.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::http {

// A strong tag: "\"7\"".
std::string etag_of_version(std::int32_t version);
// The tag of the same thing in a content coding: "\"7-br\"".
std::string etag_of_coding(std::string_view etag, std::string_view coding);
// The version that one strong tag names; what follows a '-' tells representations of one version apart and does not
// count. Nothing for any other text.
std::optional<std::int32_t> version_of_etag(std::string_view etag);
// Whether the list of tags, or "*", of If-None-Match names `etag`, by weak comparison (section 13.1.2), in whatever
// coding.
bool etag_list_contains(std::string_view list, std::string_view etag);

}  // namespace mindspace::http
