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

TEST(Router, RefusesTwoRowsWithTheSameMethodAndPath) {
    auto router = make_router();
    EXPECT_THROW(router.add({row(Method::get, "/a")}), std::logic_error);
}

}  // namespace mindspace::http
