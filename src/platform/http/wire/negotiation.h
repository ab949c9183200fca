#pragma once
// What a client says it can take: media types and codings by preference (RFC 9110 section 12).

#include <array>
#include <string_view>

namespace mindspace::http {

// Whether an Accept field lets JSON through; an empty one lets everything through.
bool accepts_json(std::string_view accept);

enum class Coding { identity, gzip, br };

constexpr auto names_of(Coding) {
    return std::array<std::string_view, 3>{"identity", "gzip", "br"};
}

// The coding that an Accept-Encoding field likes best, of those that we have; br before gzip when it likes both alike.
Coding preferred_coding(std::string_view accept_encoding);

}  // namespace mindspace::http
