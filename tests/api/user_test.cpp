// Profiles.

#include "platform/base/time.h"
#include "support/network/raw_connection.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

namespace mindspace::integration {
namespace {

using testing::UnorderedElementsAre;

TEST(Profile, HasAnEntityTagForConditionalReads) {
    auto person = register_person();
    const auto first = person.client.get(kMe);
    ASSERT_TRUE(is(first, 200));
    const auto tag = first.header("etag").value_or("");
    ASSERT_FALSE(tag.empty());

    for (const auto& condition : {tag, "\"other\", " + tag, "W/" + tag, std::string("*")}) {
        const auto again = person.client.get(kMe, {{"If-None-Match", condition}});
        EXPECT_TRUE(is(again, 304)) << condition;
        EXPECT_EQ(again.body, "");
        EXPECT_EQ(again.header("etag"), tag);
    }
    EXPECT_TRUE(is(person.client.get(kMe, {{"If-None-Match", "\"other\""}}), 200));

    ASSERT_TRUE(is(person.client.patch(kMe, {{"displayName", "Grace"}}), 200));
    const auto changed = person.client.get(kMe, {{"If-None-Match", tag}});
    EXPECT_TRUE(is(changed, 200));
    EXPECT_NE(changed.header("etag"), tag);
}

TEST(Profile, IsChangedInTheNamedFieldsOnly) {
    auto person = register_person();
    auto expected = person.client.get(kMe).document.as_object();
    const json::object patch{{"timezone", "Asia/Kathmandu"},
                             {"avatarUrl", "https://images.example/ada.png"},
                             {"dailyGoalSeconds", 1200},
                             {"dayStartHour", 4}};
    const auto response = person.client.patch(kMe, patch, {{"Content-Type", "application/merge-patch+json"}});
    ASSERT_TRUE(is(response, 200));
    for (const auto& [name, value] : patch) expected[name] = value;
    expected["updatedAt"] = response.at("/updatedAt");
    EXPECT_EQ(response.document, expected);
    // On every core, regardless of what it had cached.
    for (int i = 0; i < 8; ++i)
        EXPECT_EQ(Client(Program::shared(), person.client.access_token()).get(kMe).document, expected);
}

TEST(Profile, LosesItsPictureOnlyByNull) {
    auto person = register_person();
    person.client.patch(kMe, {{"avatarUrl", "https://images.example/ada.png"}});
    const auto removed = person.client.patch(kMe, {{"avatarUrl", nullptr}});
    ASSERT_TRUE(is(removed, 200));
    EXPECT_TRUE(removed.at("/avatarUrl").is_null());

    const auto refused = person.client.patch(kMe, {{"displayName", nullptr}, {"timezone", nullptr}});
    ASSERT_TRUE(is_problem(refused, 422, "validation_failed"));
    EXPECT_THAT(faults_of(refused), UnorderedElementsAre("/displayName not_nullable", "/timezone not_nullable"));
}

TEST(Profile, ReportsAllInvalidValuesTogether) {
    auto person = register_person();
    const auto before = person.client.get(kMe).document;
    const auto response = person.client.patch(kMe, {{"displayName", ""},
                                                    {"timezone", "Berlin"},
                                                    {"locale", "not a tag"},
                                                    {"avatarUrl", "http://plain.example/a.png"},
                                                    {"dailyGoalSeconds", 59},
                                                    {"dayStartHour", 7},
                                                    {"email", "other@example.org"}});
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response),
                UnorderedElementsAre("/displayName too_short", "/timezone invalid_format", "/locale invalid_format",
                                     "/avatarUrl invalid_format", "/dailyGoalSeconds too_small",
                                     "/dayStartHour too_large", "/email unknown_field"));
    EXPECT_EQ(person.client.get(kMe).document, before);
}

TEST(Profile, IsNotChangedWhenTheEntityTagIsOutdated) {
    auto person = register_person();
    const auto tag = person.client.get(kMe).header("etag").value();
    ASSERT_TRUE(is(person.client.patch(kMe, {{"displayName", "Grace"}}, {{"If-Match", tag}}), 200));
    const json::object late{{"displayName", "Hedy"}};
    EXPECT_TRUE(is_problem(person.client.patch(kMe, late, {{"If-Match", tag}}), 412, "precondition_failed"));
    EXPECT_TRUE(is_problem(person.client.patch(kMe, late, {{"If-Match", "\"x\""}}), 412, "precondition_failed"));
    EXPECT_EQ(person.client.get(kMe).at("/displayName"), "Grace");
    EXPECT_TRUE(is(person.client.patch(kMe, late, {{"If-Match", "*"}}), 200));
}

TEST(Profile, CountsCacheHitsByLevel) {
    if (plan_of_environment()) GTEST_SKIP() << "another process has the cache";
    auto person = register_person();
    const auto cache_metric = [&](const std::string& series) {
        RawConnection connection(Program::shared().management_port());
        connection.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        const auto page = connection.receive_all();
        const auto at = page.find(series + " ");
        return at == std::string::npos ? -1 : std::stoi(page.substr(at + series.size() + 1));
    };
    const std::string profile_hits = R"(mindspace_cache_hits_total{cache="profile",level="1"})";
    const std::string profile_misses = R"(mindspace_cache_misses_total{cache="profile",level="2"})";
    const std::string token_hits = R"(mindspace_cache_hits_total{cache="token",level="1"})";
    const std::string signature_hits = R"(mindspace_cache_hits_total{cache="signature",level="1"})";
    const std::string signature_misses = R"(mindspace_cache_misses_total{cache="signature",level="1"})";
    const auto known_signatures = cache_metric(signature_hits);
    const auto unknown_signatures = cache_metric(signature_misses);
    const auto hits = cache_metric(profile_hits);
    const auto misses = cache_metric(profile_misses);
    const auto tokens = cache_metric(token_hits);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(is(person.client.get(kMe), 200));  // one connection, so one core
    EXPECT_EQ(cache_metric(profile_hits), hits + 19);
    EXPECT_EQ(cache_metric(profile_misses), misses + 1);
    EXPECT_GE(cache_metric(token_hits), tokens + 19);
    EXPECT_EQ(cache_metric(signature_hits), known_signatures + 1);
    EXPECT_EQ(cache_metric(signature_misses), unknown_signatures) << "this process made the token";
    EXPECT_GE(cache_metric(R"(mindspace_cache_entries{cache="profile"})"), 1);
    EXPECT_GE(cache_metric(R"(mindspace_cache_entries{cache="token"})"), 1);
}

TEST(Profile, ShowsOthersItsPublicPartOnly) {
    auto person = register_person({{"displayName", "Ada Lovelace"}});
    auto other = register_person();
    const auto response = other.client.get("/api/v1/users/" + person.id);
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.document, (json::object{{"id", person.id},
                                               {"displayName", "Ada Lovelace"},
                                               {"avatarUrl", nullptr},
                                               {"memberSince", person.client.get(kMe).at("/createdAt")}}));
    const auto tag = response.header("etag").value_or("");
    EXPECT_TRUE(is(other.client.get("/api/v1/users/" + person.id, {{"If-None-Match", tag}}), 304));
    EXPECT_TRUE(is_problem(other.client.get("/api/v1/users/" + new_id()), 404, "not_found"));
    EXPECT_TRUE(is_problem(other.client.get("/api/v1/users/you"), 404, "not_found"));
}

TEST(UserStats, AreZeroWithoutSessions) {
    auto person = register_person();
    const auto response = person.client.get("/api/v1/users/me/stats");
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.document, (json::object{{"totalSessions", 0},
                                               {"totalSeconds", 0},
                                               {"currentStreakDays", 0},
                                               {"longestStreakDays", 0},
                                               {"lastSessionAt", nullptr},
                                               {"averageSeconds", 0},
                                               {"milestones", json::array{}}}));
}

TEST(UserStats, FollowTheSessions) {
    auto person = register_person();
    // Three days in a row, a gap, one more: long ago, so that there is no current streak.
    json::array sessions;
    for (const char* day : {"2024-02-27", "2024-02-28", "2024-02-29", "2024-03-02"})
        sessions.push_back(offline_session(std::string(day) + "T07:00:00Z", {{"durationSeconds", 600}}));
    sessions.push_back(offline_session("2024-03-01T07:00:00Z", {{"durationSeconds", 59}}));  // too short for a streak
    import_all(person, std::move(sessions));

    Response stats;
    ASSERT_TRUE(eventually([&] {
        stats = person.client.get("/api/v1/users/me/stats");
        return stats.number("/totalSessions") == 5;
    })) << stats;
    EXPECT_EQ(stats.at("/totalSeconds"), 2459);
    EXPECT_EQ(stats.at("/averageSeconds"), 491);
    EXPECT_EQ(stats.at("/currentStreakDays"), 0);
    EXPECT_EQ(stats.at("/longestStreakDays"), 3);
    EXPECT_EQ(parse_timestamp(stats.text("/lastSessionAt")), parse_timestamp("2024-03-02T07:10:00Z"));
}

}  // namespace
}  // namespace mindspace::integration
