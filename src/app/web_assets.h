#pragma once
// The pages of web/, built into the program (web/scripts/embed-assets.mjs defines web_assets()). They load nothing
// from elsewhere and run no inline script, so that they work offline and under kWebContentSecurityPolicy.

#include <span>
#include <string_view>

namespace mindspace {

struct WebAsset {
    std::string_view path;          // of the URL, "/docs"
    std::string_view content_type;  // with its charset where it is text
    std::string_view body;
    std::string_view gzip;  // the body packed at build time, Content-Encoding: gzip; empty where that gains nothing
    std::string_view etag;  // strong and quoted (RFC 9110 section 8.8.3), of the body; the packed one is another
                            // representation and needs another tag or a weak one
};

std::span<const WebAsset> web_assets();

// What the pages need and nothing more. Swagger UI sets style attributes and draws its icons from data: URLs.
inline constexpr std::string_view kWebContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace mindspace
