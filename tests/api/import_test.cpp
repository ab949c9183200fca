// Imports of sessions recorded offline or in other apps.

#include "platform/base/time.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;

constexpr const char* kImport = "/api/v1/sessions/import";

Response import(Person& person, json::array sessions) {
    return person.client.post(kImport, {{"sessions", std::move(sessions)}});
}

std::vector<std::string> outcomes_of(const Response& response) {
    std::vector<std::string> outcomes;
    for (const auto& result : response.at("/results").as_array())
        outcomes.push_back(text_of(result.as_object(), "outcome"));
    return outcomes;
}

TEST(Import, AddsCompletedSessionsToTheHistory) {
    auto person = register_person({{"timezone", "America/Lima"}});
    const auto session = offline_session(
        "2025-06-01T04:30:00+02:00", {{"kind", "walking"}, {"moodBefore", 2}, {"moodAfter", 4}, {"note", "am See"}});
    const auto response = import(person, {session});
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.text("/results/0/id"), text_of(session, "id"));
    const auto read = person.client.get("/api/v1/sessions/" + text_of(session, "id"));
    ASSERT_TRUE(is(read, 200));
    EXPECT_EQ(read.at("/status"), "completed");
    EXPECT_EQ(read.at("/source"), "import");
    EXPECT_EQ(read.at("/startedAt"), "2025-06-01T02:30:00.000Z");
    EXPECT_EQ(read.at("/endedAt"), "2025-06-01T03:00:00.000Z");
    EXPECT_EQ(read.at("/localDate"), "2025-05-31");
    EXPECT_EQ(read.at("/timezone"), "America/Lima");
    EXPECT_EQ(read.at("/durationSeconds"), 1800);
    for (const char* member : {"kind", "moodBefore", "moodAfter", "note"})
        EXPECT_EQ(read.document.as_object().at(member), session.at(member)) << member;
}

TEST(Import, ReturnsAResultForEachInOrder) {
    auto person = register_person();
    const auto known = offline_session("2025-01-01T08:00:00Z");
    ASSERT_THAT(outcomes_of(import(person, {known})), ElementsAre("created"));

    const auto twice = offline_session("2025-01-04T08:00:00Z");
    const auto response =
        import(person, {offline_session("2025-01-02T08:00:00Z"), known,
                        offline_session("2025-01-03T08:00:00Z", {{"durationSeconds", 0}}), twice, twice,
                        offline_session("1999-12-31T23:59:59Z"), json::object{{"kind", "sleep"}},
                        offline_session(format_timestamp(SystemClock{}.now() + 1h)), "a string"});
    ASSERT_TRUE(is(response, 200));
    EXPECT_THAT(outcomes_of(response), ElementsAre("created", "exists", "invalid", "created", "exists", "invalid",
                                                   "invalid", "invalid", "invalid"));
    EXPECT_EQ(response.at("/results/2/errors/0/pointer"), "/sessions/2/durationSeconds");
    EXPECT_EQ(response.at("/results/5/errors/0/pointer"), "/sessions/5/startedAt");
    EXPECT_EQ(response.at("/results/6/errors").as_array().size(), 3U) << "all its faults";
    EXPECT_EQ(response.at("/results/7/errors/0/pointer"), "/sessions/7/startedAt");
    EXPECT_EQ(response.at("/results/8/errors/0/pointer"), "/sessions/8");
    EXPECT_EQ(whole_history(person).size(), 3U);
}

TEST(Import, CanBeRetried) {
    auto person = register_person();
    const json::array sessions{offline_session("2025-01-01T08:00:00Z"), offline_session("2025-01-02T08:00:00Z")};
    EXPECT_THAT(outcomes_of(import(person, sessions)), ElementsAre("created", "created"));
    EXPECT_THAT(outcomes_of(import(person, sessions)), ElementsAre("exists", "exists"));
    EXPECT_EQ(whole_history(person).size(), 2U);
}

TEST(Import, ReportsDifferencesFromStoredSessions) {
    auto person = register_person();
    const auto known = offline_session("2025-01-01T08:00:00Z", {{"note", "by the sea"}, {"moodAfter", 4}});
    import_all(person, {known});
    auto other = known;
    other["note"] = "in the hills";
    other["durationSeconds"] = 60;
    auto sparse = known;
    sparse.erase("note");
    const auto twice = offline_session("2025-01-02T08:00:00Z");
    auto twin = twice;
    twin["kind"] = "sleep";
    const auto response = import(person, {sparse, other, twice, twin});
    ASSERT_THAT(outcomes_of(response), ElementsAre("exists", "conflict", "created", "conflict"));
    EXPECT_EQ(response.at("/results/1/errors/0/pointer"), "/sessions/1/durationSeconds");
    EXPECT_EQ(response.at("/results/1/errors/1/pointer"), "/sessions/1/note");
    EXPECT_EQ(response.at("/results/1/errors").as_array().size(), 2U);
    EXPECT_EQ(response.at("/results/3/errors/0/pointer"), "/sessions/3/kind");
    EXPECT_EQ(person.client.get("/api/v1/sessions/" + text_of(known, "id")).at("/note"), "by the sea");
}

TEST(Import, DoesNotRestoreDeletedSessions) {
    auto person = register_person();
    const auto session = offline_session("2025-01-01T08:00:00Z");
    import_all(person, {session});
    ASSERT_TRUE(is(person.client.del("/api/v1/sessions/" + text_of(session, "id")), 204));
    EXPECT_THAT(outcomes_of(import(person, {session, session})), ElementsAre("deleted", "deleted"));
    EXPECT_TRUE(whole_history(person).empty());
}

TEST(Import, RejectsSessionsThatEndInTheFuture) {
    auto person = register_person();
    const auto started_at = format_timestamp(SystemClock{}.now() - 10min);
    const auto response = import(person, {offline_session(started_at, {{"durationSeconds", 3600}}),
                                          offline_session(started_at, {{"durationSeconds", 300}})});
    ASSERT_THAT(outcomes_of(response), ElementsAre("invalid", "created"));
    EXPECT_EQ(response.at("/results/0/errors/0/pointer"), "/sessions/0/durationSeconds");
}

TEST(Import, AcceptsAtMostAHundredSessionsPerLocalDate) {
    auto person = register_person({{"timezone", "Asia/Tokyo"}});
    auto of_a_day = [](int count) {
        json::array sessions;
        for (int i = 0; i < count; ++i) sessions.push_back(offline_session("2025-01-01T08:00:00Z"));
        return sessions;
    };
    auto count = [](const std::vector<std::string>& outcomes, std::string_view wanted) {
        return std::ranges::count(outcomes, wanted);
    };
    const auto first = of_a_day(60);
    EXPECT_EQ(count(outcomes_of(import(person, first)), "created"), 60);
    const auto response = import(person, of_a_day(60));
    EXPECT_EQ(count(outcomes_of(response), "created"), 40);
    EXPECT_EQ(count(outcomes_of(response), "invalid"), 20);
    EXPECT_EQ(response.at("/results/59/errors/0/pointer"), "/sessions/59/startedAt");
    EXPECT_THAT(outcomes_of(import(person, {offline_session("2025-01-01T16:00:00Z")})), ElementsAre("created"))
        << "the next day in Tokyo";
    EXPECT_EQ(count(outcomes_of(import(person, first)), "exists"), 60) << "existing sessions may be sent again";
}

TEST(Import, ReportsAtMostFiveOverlaps) {
    auto person = register_person();
    json::array sessions;
    for (int i = 0; i < 20; ++i) sessions.push_back(offline_session("2025-01-01T08:00:00Z"));
    const auto response = import(person, sessions);
    for (const auto& result : response.at("/results").as_array())
        EXPECT_EQ(result.as_object().at("overlaps").as_array().size(), 5U);
}

TEST(Import, ReportsOverlappingSessions) {
    auto person = register_person();
    const auto first = offline_session("2025-01-01T08:00:00Z");
    import_all(person, {first});
    const auto response = import(person, {offline_session("2025-01-01T08:01:00Z"),    // nearly the same half hour
                                          offline_session("2025-01-01T12:00:00Z")});  // hours later
    ASSERT_THAT(outcomes_of(response), ElementsAre("created", "created"));
    EXPECT_EQ(response.at("/results/0/overlaps"), (json::array{first.at("id")}));
    EXPECT_FALSE(response.at("/results/1").as_object().contains("overlaps"));
}

TEST(Import, IgnoresSessionsOfOtherUsers) {
    auto one = register_person();
    auto other = register_person();
    const json::array sessions{offline_session("2025-01-01T08:00:00Z")};
    EXPECT_THAT(outcomes_of(import(one, sessions)), ElementsAre("created"));
    const auto response = import(other, sessions);
    EXPECT_THAT(outcomes_of(response), ElementsAre("created"));
    EXPECT_FALSE(response.at("/results/0").as_object().contains("overlaps"));
}

TEST(Import, AcceptsOneToFiveHundredSessions) {
    auto person = register_person();
    EXPECT_TRUE(is_problem(import(person, {}), 422, "validation_failed"));
    json::array sessions;
    const auto first = parse_timestamp("2023-01-01T06:00:00Z").value();
    for (int i = 0; i < 501; ++i) sessions.push_back(offline_session(format_timestamp(first + std::chrono::days(i))));
    const auto too_many = import(person, sessions);
    ASSERT_TRUE(is_problem(too_many, 422, "validation_failed"));
    EXPECT_THAT(faults_of(too_many), ElementsAre("/sessions too_many"));
    EXPECT_TRUE(whole_history(person).empty());
    sessions.pop_back();
    EXPECT_EQ(import(person, sessions).at("/results").as_array().size(), 500U);
    EXPECT_EQ(whole_history(person).size(), 500U);
}

// The contract's own maximum: 4 MB of notes.
TEST(Import, AcceptsFiveHundredSessionsWithFullNotes) {
    constexpr int kLongestNote = 2000;  // characters, regardless of their size in bytes
    const auto first = parse_timestamp("2023-01-01T06:00:00Z").value();
    for (const std::string character : {"n", "\U0001F9D8"}) {
        auto person = register_person();
        std::string note;
        for (int i = 0; i < kLongestNote; ++i) note += character;
        json::array sessions;
        for (int i = 0; i < 500; ++i)
            sessions.push_back(offline_session(format_timestamp(first + std::chrono::days(i)), {{"note", note}}));
        const auto last = sessions.back().as_object();
        const auto response = import(person, std::move(sessions));
        ASSERT_EQ(response.status, 200);
        const auto outcomes = outcomes_of(response);
        EXPECT_EQ(std::ranges::count(outcomes, "created"), 500) << character;
        EXPECT_EQ(person.client.get("/api/v1/sessions/" + text_of(last, "id")).text("/note"), note);
        auto longer = offline_session("2025-01-01T08:00:00Z", {{"note", note + character}});
        EXPECT_THAT(outcomes_of(import(person, {longer})), ElementsAre("invalid"));
    }
}

}  // namespace
}  // namespace mindspace::integration
