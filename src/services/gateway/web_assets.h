#pragma once
// The pages and files of web/, built into the program (web/scripts/embed-assets.mjs defines the functions): the page of
// the API, and the web client. They load nothing from other origins and run no inline script, so that they work offline
// and under their content policies.

#include "platform/http/api/static_content.h"

#include <span>
#include <string_view>

namespace mindspace {

struct WebAsset {
    std::string_view path;  // in the URL: "/docs"; the names of files that a page loads contain a hash of their content
    http::StaticContent content;
    std::string_view content_policy;
};

// Everything except client_page().
std::span<const WebAsset> web_assets();

// The page of the web client, for all of its paths.
const WebAsset& client_page();

}  // namespace mindspace
