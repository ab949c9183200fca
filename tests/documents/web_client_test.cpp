// The web client as the program serves it.

#include "support/program/client.h"

#include <gmock/gmock.h>

#include <regex>
#include <set>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

// Of a browser that opens a page.
const Headers kOpensPage{{"Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}};

Response fetch(const std::string& path, Headers headers = {}) {
    return Client(Program::shared()).get(path, std::move(headers));
}

// What the elements of a page load, by the attribute that names it.
std::set<std::string> files_of(const std::string& page) {
    const std::regex link("(?:src|href)=\"(/[^\"]+)\"");
    std::set<std::string> files;
    for (std::sregex_iterator match(page.begin(), page.end(), link), end; match != end; ++match)
        files.insert((*match)[1]);
    return files;
}

TEST(WebClient, IsTheStartPage) {
    const auto page = fetch("/", kOpensPage);
    ASSERT_TRUE(is(page, 200));
    EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(page.header("cache-control"), "no-cache") << "it names its files, which change";
    EXPECT_TRUE(is(fetch("/", {{"If-None-Match", page.header("etag").value_or("")}}), 304));
    EXPECT_EQ(fetch("/").body, page.body) << "whatever is accepted";
    for (const char* coding : {"br", "gzip"})
        EXPECT_EQ(fetch("/", {{"Accept-Encoding", coding}}).header("content-encoding"), coding);
}

TEST(WebClient, RunsAndStylesNothingButItsOwnFiles) {
    const auto page = fetch("/");
    const auto policy = page.header("content-security-policy").value_or("");
    EXPECT_THAT(policy, StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; "));
    for (const char* part : {"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
                             "require-trusted-types-for 'script'", "connect-src 'self'"})
        EXPECT_THAT(policy, HasSubstr(part));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    // Under this policy a browser ignores what these would be.
    EXPECT_FALSE(std::regex_search(page.body, std::regex("<script(?![^>]* src=)|<style|\\sstyle=|\\son[a-z]+=")))
        << page.body;
    EXPECT_EQ(fetch("/docs").header("content-security-policy").value_or("").find("trusted-types"), std::string::npos)
        << "Swagger UI cannot work with it";
}

TEST(WebClient, LoadsAllItsFiles) {
    const auto files = files_of(fetch("/").body);
    EXPECT_GE(files.size(), 3U) << "script, style and icon";
    for (const auto& file : files) {
        const auto response = fetch(file);
        ASSERT_TRUE(is(response, 200)) << file;
        EXPECT_FALSE(response.body.empty()) << file;
        EXPECT_THAT(response.header("content-type").value_or(""), Not(HasSubstr("text/html"))) << file;
        EXPECT_EQ(response.header("cache-control"),
                  file.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache")
            << file;
        EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
        EXPECT_TRUE(is(fetch(file, {{"If-None-Match", response.header("etag").value_or("")}}), 304)) << file;
        if (file.ends_with(".js") || file.ends_with(".css")) {
            EXPECT_THAT(file, MatchesRegex("/assets/.*-[0-9A-Za-z_-]{8,}\\.[a-z]+")) << "has a hash";
            const auto compressed = fetch(file, {{"Accept-Encoding", "br"}});
            EXPECT_LE(compressed.body.size(), response.body.size()) << file;
        }
    }
}

TEST(WebClient, IsShownForEveryPathOfAPage) {
    const auto page = fetch("/").body;
    for (const char* path : {"/sit", "/sign-in?next=%2Fsit", "/groups/01900000-0000-7000-8000-000000000000",
                             "/history/a/b", "/no-such-page", "/verify-email?token=abc"}) {
        const auto shown = fetch(path, kOpensPage);
        EXPECT_TRUE(is(shown, 200)) << path;
        EXPECT_EQ(shown.body, page) << path;
    }
    EXPECT_TRUE(is(Client(Program::shared()).send({.method = "HEAD", .path = "/sit", .headers = kOpensPage}), 200));
}

TEST(WebClient, LeavesErrorsOfTheApiAndMissingFilesAlone) {
    for (const char* path : {"/api/v1/nothing", "/api", "/assets/index-00000000.js", "/docs/nothing", "/.well-known/x",
                             "/livez/x", "/whoami/x"})
        EXPECT_TRUE(is_problem(fetch(path, kOpensPage), 404, "not_found")) << path;
    for (const Headers& headers : {Headers{}, Headers{{"Accept", "application/json"}}, Headers{{"Accept", "image/*"}}})
        EXPECT_TRUE(is_problem(fetch("/sit", headers), 404, "not_found"));
    EXPECT_TRUE(is_problem(fetch("/favicon.ico", {{"Accept", "image/avif,image/webp,*/*;q=0.8"}}), 404, "not_found"));
    for (const char* method : {"POST", "PUT", "DELETE"})
        EXPECT_TRUE(
            is_problem(Client(Program::shared()).send({.method = method, .path = "/sit", .headers = kOpensPage}), 404,
                       "not_found"))
            << method;
    EXPECT_TRUE(is_problem(fetch("/api/v1/auth/refresh", kOpensPage), 405, "method_not_allowed"));
    EXPECT_TRUE(is_problem(Client(Program::shared()).post("/"), 405, "method_not_allowed"));
}

}  // namespace
}  // namespace mindspace::integration
