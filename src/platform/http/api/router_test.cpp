#include "platform/http/api/router.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mindspace::http {

namespace {

Endpoint row(Method method, std::string_view path) {
    return {{.declaration = {.method = method, .path = path, .summary = {}}, .types = {}}, {}};
}

Router make_router() {
    Router router;
    router.add({row(Method::get, "/a"), row(Method::post, "/a"), row(Method::get, "/a/me"), row(Method::get, "/a/{id}"),
                row(Method::post, "/a/{id}/done"), row(Method::get, "/")});
    return router;
}

constexpr std::string_view kId = "01a206ab-726d-7dd8-b7f3-8fcce843dca8";

std::string_view path_found(const Router& router, Method method, const std::string& path) {
    auto match = router.find(method, path);
    return match.endpoint != nullptr ? match.endpoint->declaration.path : "";
}

}  // namespace

TEST(Router, FindsExactPathsBeforeTheParameter) {
    auto router = make_router();
    EXPECT_EQ(path_found(router, Method::get, "/a/me"), "/a/me");
    EXPECT_EQ(path_found(router, Method::get, "/a/" + std::string(kId)), "/a/{id}");
    EXPECT_EQ(path_found(router, Method::post, "/a/" + std::string(kId) + "/done"), "/a/{id}/done");
    EXPECT_EQ(path_found(router, Method::get, "/"), "/");
    EXPECT_EQ(router.find(Method::get, "/a/" + std::string(kId)).id, Uuid::parse(kId));
}

TEST(Router, FindsNothingForAnInvalidId) {
    auto router = make_router();
    for (const auto* path : {"/a/", "/a/x", "/b", "/a/me/", "/A", "//a", "/a/%2e%2e", "/a%00"})
        EXPECT_EQ(path_found(router, Method::get, path), "") << path;
}

TEST(Router, DecodesSegmentsButNotSlashes) {
    auto router = make_router();
    EXPECT_EQ(path_found(router, Method::get, "/%61/m%65"), "/a/me");
    EXPECT_EQ(path_found(router, Method::get, "/a%2Fme"), "");
}

TEST(Router, ListsTheMethodsOfAPath) {
    auto router = make_router();
    auto match = router.find(Method::del, "/a");
    EXPECT_EQ(match.endpoint, nullptr);
    EXPECT_EQ(match.allow, "GET, HEAD, POST");
    EXPECT_EQ(path_found(router, Method::head, "/a"), "/a");
}

TEST(Router, CatchesPathsOfPagesWithoutAnEndpoint) {
    auto router = make_router();
    auto page = row(Method::get, "/page");
    page.declaration.catch_all = true;
    constexpr std::string_view kBrowser = "text/html,application/xhtml+xml,*/*;q=0.8";
    auto find = [&](Method method, std::string_view path, std::string_view accept) {
        RequestHead head;
        head.method = method;
        head.path = path;
        head.headers = {{"Accept", accept}};
        const auto match = router.find(head);
        return match.endpoint != nullptr ? match.endpoint->declaration.path : "";
    };
    EXPECT_EQ(find(Method::get, "/other", kBrowser), "") << "there is none";
    router.add({std::move(page)});
    EXPECT_EQ(find(Method::get, "/other", kBrowser), "/page");
    EXPECT_EQ(find(Method::head, "/other/a/b", kBrowser), "/page");
    EXPECT_EQ(find(Method::get, "/a/me", kBrowser), "/a/me");
    EXPECT_EQ(find(Method::post, "/other", kBrowser), "");
    for (const auto* path : {"/a/none", "/a/me/none", "/%61/none", "/other%00", "//"})
        EXPECT_EQ(find(Method::get, path, kBrowser), "") << path;
    for (const auto* accept : {"", "*/*", "text/*", "application/json", "text/html;q=0", "image/avif,*/*"})
        EXPECT_EQ(find(Method::get, "/other", accept), "") << accept;
}

TEST(Router, RefusesTwoRowsWithTheSameMethodAndPath) {
    auto router = make_router();
    EXPECT_THROW(router.add({row(Method::get, "/a")}), std::logic_error);
}

}  // namespace mindspace::http
