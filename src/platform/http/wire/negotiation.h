#pragma once
// Content negotiation: the media types and codings that a client accepts, by preference (RFC 9110 section 12).

#include <array>
#include <string_view>

namespace mindspace::http {

// Whether an Accept field accepts JSON; an empty one accepts everything.
bool accepts_json(std::string_view accept);

// Whether an Accept field names HTML, as that of a browser does that opens a page.
bool accepts_html(std::string_view accept);

enum class Coding { identity, gzip, br };

constexpr auto names_of(Coding) {
    return std::array<std::string_view, 3>{"identity", "gzip", "br"};
}

// The supported coding that an Accept-Encoding field prefers; br before gzip if it prefers both equally.
Coding preferred_coding(std::string_view accept_encoding);

}  // namespace mindspace::http
