#pragma once
// The pages of web/, built into the program (web/scripts/embed-assets.mjs defines web_assets()). They load nothing
// from elsewhere and run no inline script, so that they work offline and under kWebContentSecurityPolicy.

#include "platform/http/api/static_content.h"

#include <span>
#include <string_view>

namespace mindspace {

struct WebAsset {
    std::string_view path;  // of the URL: "/docs"; what a page loads has its content's hash in its name
    http::StaticContent content;
};

std::span<const WebAsset> web_assets();

// What the pages need and nothing more. Swagger UI sets style attributes and draws its icons from data: URLs.
inline constexpr std::string_view kWebContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace mindspace
