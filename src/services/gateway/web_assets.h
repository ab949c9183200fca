#pragma once
// The pages of web/, built into the program (web/scripts/embed-assets.mjs defines web_assets()). They load nothing from
// other origins and run no inline script, so that they work offline and under kWebContentSecurityPolicy.

#include "platform/http/api/static_content.h"

#include <span>
#include <string_view>

namespace mindspace {

struct WebAsset {
    std::string_view path;  // in the URL: "/docs"; the names of files that a page loads contain a hash of their content
    http::StaticContent content;
};

std::span<const WebAsset> web_assets();

// Only what the pages need. Swagger UI sets style attributes and draws its icons from data: URLs.
inline constexpr std::string_view kWebContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace mindspace
