#include "services/gateway/pages.h"

#include "services/auth/client.h"
#include "services/gateway/web_assets.h"

#include <array>

namespace mindspace::gateway {

using http::Access;
using http::Call;
using http::LimitClass;
using http::Method;
using http::Response;

namespace {

using StaticCall = Call<http::None, http::None, http::PreferredCoding>;
using PageCall = Call<http::None, PageQuery, http::PreferredCoding>;

// Of the client, and found by what does not ask for a page, too, such as scanners of mails.
constexpr std::array kClientPaths{std::string_view("/"), auth::kVerifyEmailPath, auth::kResetPasswordPath};

http::Declaration page(std::string_view path, std::string_view summary) {
    return {.method = Method::get,
            .path = path,
            .access = Access::anyone,
            .summary = summary,
            .limit = LimitClass::none,
            .cached = true,
            .hidden = true};
}

Awaitable<Result<ObservedCaller>> describe_caller(std::string address) {
    co_return ObservedCaller{.address = std::move(address), .time = SystemClock{}.now()};
}

Awaitable<Result<Response>> respond(Result<Response> response) {
    co_return response;
}

Response serve(const WebAsset& asset, http::PreferredCoding preferred) {
    auto response = http::static_response(asset.content, preferred);
    response.headers.emplace_back("Content-Security-Policy", std::string(asset.content_policy));
    return response;
}

}  // namespace

http::EndpointTable<Pages> page_endpoints() {
    http::EndpointTable<Pages> rows;
    rows.add({.method = Method::get,
              .path = "/whoami",
              .access = Access::anyone,
              .summary = "Show the caller's address and the server's time, to check proxies and clocks.",
              .cached = true},
             [](Call<> call) { return describe_caller(std::move(call.client.address)); });
    rows.add(page("/openapi.json", "This document."), [](Pages& pages, StaticCall call) {
        return respond(http::static_response(pages.openapi.content(), call.fields));
    });
    rows.add(page("/asyncapi.json", "The messages of a group's socket."), [](Pages& pages, StaticCall call) {
        return respond(http::static_response(pages.asyncapi.content(), call.fields));
    });
    for (const auto& asset : web_assets())
        rows.add(page(asset.path, "A page."), [&asset](PageCall call) { return respond(serve(asset, call.fields)); });
    for (const auto path : kClientPaths) {
        auto declaration = page(path, "The web client.");
        declaration.catch_all = path == kClientPaths.front();
        rows.add(std::move(declaration), [](PageCall call) { return respond(serve(client_page(), call.fields)); });
    }
    return rows;
}

}  // namespace mindspace::gateway
