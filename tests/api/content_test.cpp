// Features for browsers and caches: other origins, media types, compression, entity tags.

#include "support/program/person.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr const char* kLarge = "/api/v1/analytics/daily?from=2026-01-01&to=2026-06-30";

TEST(Cors, AcceptsAPreflightFromAnAllowedOrigin) {
    Client client(Program::shared());
    auto preflight = [&](std::string_view origin) {
        return client.send({.method = "OPTIONS",
                            .path = kMe,
                            .headers = {{"Origin", std::string(origin)}, {"Access-Control-Request-Method", "PATCH"}}});
    };
    auto response = preflight(kAllowedOrigin);
    EXPECT_TRUE(is(response, 204));
    EXPECT_EQ(response.header("access-control-allow-origin"), std::string(kAllowedOrigin));
    EXPECT_THAT(response.header("access-control-allow-methods"), Optional(HasSubstr("PATCH")));
    EXPECT_THAT(response.header("access-control-allow-headers"),
                Optional(std::string("Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                                     "X-Request-Id, traceparent, tracestate, baggage")));
    EXPECT_THAT(response.header("vary"), Optional(HasSubstr("Origin")));
    EXPECT_EQ(response.header("access-control-allow-credentials"), "true") << "for its cookie";

    for (auto origin : {"https://evil.example", "https://app.example.evil", "http://app.example", "null"}) {
        auto refused = preflight(origin);
        EXPECT_EQ(refused.header("access-control-allow-origin"), std::nullopt) << origin;
        EXPECT_THAT(refused.header("vary"), Optional(HasSubstr("Origin"))) << "so that a cache stores them separately";
    }
}

TEST(Cors, LetsAnAllowedPageReadEveryResponse) {
    auto person = register_person(Program::shared());
    Headers origin{{"Origin", std::string(kAllowedOrigin)}};
    for (const auto& response : {person.client.get(kMe, origin), person.client.get("/nothing", origin),
                                 Client(Program::shared()).get(kMe, origin)}) {
        EXPECT_EQ(response.header("access-control-allow-origin"), std::string(kAllowedOrigin)) << response;
        EXPECT_THAT(
            response.header("access-control-expose-headers"),
            Optional(HasSubstr("Content-Disposition, ETag, Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, "
                               "Retry-After, WWW-Authenticate, X-Request-Id")));
    }
}

TEST(Negotiation, Returns406WhenJsonIsNotAccepted) {
    auto person = register_person(Program::shared());
    EXPECT_TRUE(is_problem(person.client.get(kMe, {{"Accept", "text/html"}}), 406, "not_acceptable"));
    EXPECT_TRUE(is(person.client.get(kMe, {{"Accept", "text/html, */*;q=0.1"}}), 200));
}

TEST(Compression, CompressesLargeResponsesAsRequested) {
    auto person = register_person(Program::shared());
    auto plain = person.client.get(kLarge);
    ASSERT_TRUE(is(plain, 200));
    EXPECT_EQ(plain.header("content-encoding"), std::nullopt);
    EXPECT_THAT(plain.header("vary"), Optional(HasSubstr("Accept-Encoding")));
    for (auto coding : {"br", "gzip"}) {
        auto compressed = person.client.get(kLarge, {{"Accept-Encoding", coding}});
        EXPECT_EQ(compressed.header("content-encoding"), coding);
        EXPECT_LT(compressed.body.size() * 4, plain.body.size());
    }
    auto small = person.client.get(kMe, {{"Accept-Encoding", "br"}});
    EXPECT_EQ(small.header("content-encoding"), std::nullopt);
    EXPECT_EQ(person.client.get(kLarge, {{"Accept-Encoding", "br;q=0, gzip;q=0"}}).header("content-encoding"),
              std::nullopt);
}

TEST(Compression, KeepsAnEntityTagThatStillMatches) {
    auto person = register_person(Program::shared());
    auto started = person.client.post("/api/v1/sessions", {{"kind", "sleep"}, {"plannedSeconds", 600}});
    auto path = "/api/v1/sessions/" + started.text("/id");
    ASSERT_TRUE(is(person.client.post(path + "/complete", {{"note", std::string(1500, 'm')}}), 200));
    auto compressed = person.client.get(path, {{"Accept-Encoding", "gzip"}});
    ASSERT_TRUE(is(compressed, 200));
    auto tag = compressed.header("etag").value();
    EXPECT_THAT(tag, HasSubstr("-gzip\""));
    EXPECT_TRUE(is(person.client.get(path, {{"If-None-Match", tag}}), 304));
    EXPECT_TRUE(is(person.client.patch(path, {{"moodAfter", 4}}, {{"If-Match", tag}}), 200));
    EXPECT_TRUE(
        is_problem(person.client.patch(path, {{"moodAfter", 3}}, {{"If-Match", tag}}), 412, "precondition_failed"));
    EXPECT_TRUE(is_problem(person.client.patch(path, {{"moodAfter", 3}}, {{"If-Match", "nonsense"}}), 412,
                           "precondition_failed"));
    EXPECT_TRUE(is(person.client.patch(path, {{"moodAfter", 3}}, {{"If-Match", "*"}}), 200));
}

}  // namespace
}  // namespace mindspace::integration
