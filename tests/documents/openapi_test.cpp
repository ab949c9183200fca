// The API description, and the pages that show it.

#include "support/program/client.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

namespace mindspace::integration {
namespace {

Response read_document() {
    return Client(Program::shared()).get("/openapi.json");
}

// The routes of the contract, which the document must describe.
constexpr std::pair<const char*, const char*> kRoutes[] = {
    {"post", "/api/v1/auth/register"},
    {"post", "/api/v1/auth/login"},
    {"post", "/api/v1/auth/refresh"},
    {"post", "/api/v1/auth/logout"},
    {"post", "/api/v1/auth/logout-all"},
    {"get", "/api/v1/auth/sessions"},
    {"delete", "/api/v1/auth/sessions/{id}"},
    {"post", "/api/v1/auth/password/change"},
    {"post", "/api/v1/auth/password/forgot"},
    {"post", "/api/v1/auth/password/reset"},
    {"post", "/api/v1/auth/email/verify"},
    {"post", "/api/v1/auth/email/resend"},
    {"get", "/.well-known/jwks.json"},
    {"get", "/api/v1/users/me"},
    {"patch", "/api/v1/users/me"},
    {"delete", "/api/v1/users/me"},
    {"get", "/api/v1/users/me/stats"},
    {"get", "/api/v1/users/me/export"},
    {"get", "/api/v1/users/{id}"},
    {"post", "/api/v1/sessions"},
    {"get", "/api/v1/sessions"},
    {"post", "/api/v1/sessions/import"},
    {"get", "/api/v1/sessions/{id}"},
    {"patch", "/api/v1/sessions/{id}"},
    {"delete", "/api/v1/sessions/{id}"},
    {"post", "/api/v1/sessions/{id}/complete"},
    {"post", "/api/v1/sessions/{id}/abandon"},
    {"post", "/api/v1/groups"},
    {"get", "/api/v1/groups"},
    {"get", "/api/v1/groups/{id}"},
    {"patch", "/api/v1/groups/{id}"},
    {"delete", "/api/v1/groups/{id}"},
    {"get", "/api/v1/groups/{id}/calendar.ics"},
    {"post", "/api/v1/groups/{id}/ticket"},
    {"get", "/api/v1/groups/{id}/live"},
    {"get", "/api/v1/analytics/daily"},
    {"get", "/api/v1/analytics/weekly"},
    {"get", "/api/v1/analytics/monthly"},
    {"get", "/api/v1/analytics/summary"},
    {"get", "/api/v1/analytics/heatmap"},
    {"get", "/api/v1/analytics/now"},
    {"get", "/livez"},
    {"get", "/readyz"},
};

TEST(OpenApi, IsAValidDocument) {
    const auto response = read_document();
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.header("content-type"), "application/json");
    const TemporaryDirectory directory;
    const auto file = directory.path() / "openapi.json";
    std::ofstream(file) << response.body;
    const auto validated =
        run_to_end({"node", required_variable("MINDSPACE_SOURCE_DIR") + "/web/scripts/validate-openapi.mjs", file});
    EXPECT_EQ(validated.exit_code, 0) << validated.output;
}

TEST(OpenApi, FollowsTheOwaspRules) {
    const auto response = read_document();
    const TemporaryDirectory directory;
    const auto file = directory.path() / "openapi.json";
    std::ofstream(file) << response.body;
    const auto linted = run_to_end({"npm", "--prefix", required_variable("MINDSPACE_SOURCE_DIR") + "/web", "run",
                                    "--silent", "lint:openapi", "--", file});
    EXPECT_EQ(linted.exit_code, 0) << linted.output;
}

TEST(AsyncApi, IsAValidDocument) {
    const auto response = Client(Program::shared()).get("/asyncapi.json");
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.header("content-type"), "application/json");
    EXPECT_EQ(response.text("/asyncapi"), "3.0.0");
    const TemporaryDirectory directory;
    const auto file = directory.path() / "asyncapi.json";
    const auto lint = [&](const std::string& document) {
        std::ofstream(file) << document;
        return run_to_end({"npm", "--prefix", required_variable("MINDSPACE_SOURCE_DIR") + "/web", "run", "--silent",
                           "lint:asyncapi", "--", file});
    };
    const auto linted = lint(response.body);
    EXPECT_EQ(linted.exit_code, 0) << linted.output;
    EXPECT_NE(
        lint(std::regex_replace(response.body, std::regex("\"action\":\"send\""), "\"action\":\"say\"")).exit_code, 0)
        << "the validator reports faults";
}

TEST(OpenApi, DescribesEveryRoute) {
    const auto response = read_document();
    const auto& paths = response.at("/paths").as_object();
    for (const auto& [method, path] : kRoutes) {
        const auto* item = paths.if_contains(path);
        EXPECT_TRUE(item != nullptr && item->as_object().contains(method)) << method << " " << path;
    }
}

TEST(OpenApi, DescribesOnlyExistingRoutes) {
    const auto response = read_document();
    for (const auto& [path, item] : response.at("/paths").as_object()) {
        const auto real =
            std::regex_replace(std::string(path), std::regex("\\{id\\}"), "01900000-0000-7000-8000-000000000000");
        const auto options = Client(Program::shared()).send({.method = "OPTIONS", .path = real});
        EXPECT_TRUE(is(options, 204)) << path;
        for (const auto& [method, operation] : item.as_object()) {
            std::string name(method);
            std::ranges::transform(name, name.begin(),
                                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
            EXPECT_THAT(options.header("allow").value_or(""), testing::HasSubstr(name)) << path;
        }
    }
}

TEST(OpenApi, MarksCallsThatRequireAToken) {
    const auto response = read_document();
    for (const auto& [path, item] : response.at("/paths").as_object()) {
        for (const auto& [method, operation] : item.as_object()) {
            if (path.contains("/live")) continue;  // a ticket can replace the token
            const bool promises_public = operation.at("security").as_array().empty();
            if (method != "get") continue;
            const auto real =
                std::regex_replace(std::string(path), std::regex("\\{id\\}"), "01900000-0000-7000-8000-000000000000");
            const auto status = Client(Program::shared()).get(real).status;
            EXPECT_EQ(status != 401, promises_public) << path << " returned " << status;
        }
    }
}

TEST(DocsPage, LoadsAllItsAssets) {
    const auto page = Client(Program::shared()).get("/docs");
    ASSERT_TRUE(is(page, 200));
    EXPECT_THAT(page.header("content-type").value_or(""), testing::StartsWith("text/html"));
    const std::regex link("(?:src|href)=\"(/[^\"]+)\"");
    std::set<std::string> parts;
    for (std::sregex_iterator match(page.body.begin(), page.body.end(), link), end; match != end; ++match)
        parts.insert((*match)[1]);
    EXPECT_GE(parts.size(), 4U) << "scripts, styles and the document";
    for (const auto& part : parts) {
        const auto response = Client(Program::shared()).get(part);
        EXPECT_TRUE(is(response, 200)) << part;
        EXPECT_FALSE(response.body.empty()) << part;
        const auto type = response.header("content-type").value_or("");
        if (part.ends_with(".js")) EXPECT_THAT(type, testing::StartsWith("text/javascript")) << part;
        if (part.ends_with(".css")) EXPECT_THAT(type, testing::StartsWith("text/css")) << part;
        const auto tag = response.header("etag");
        EXPECT_TRUE(tag) << part;
        const auto keeping = response.header("cache-control").value_or("");
        EXPECT_EQ(keeping, part.ends_with(".json") ? "no-cache" : "public, max-age=31536000, immutable") << part;
        if (tag) EXPECT_TRUE(is(Client(Program::shared()).get(part, {{"If-None-Match", *tag}}), 304)) << part;
    }
}

TEST(DocsPage, IsRevalidatedBecauseItNamesItsAssets) {
    EXPECT_EQ(Client(Program::shared()).get("/docs").header("cache-control"), "no-cache");
}

}  // namespace
}  // namespace mindspace::integration
