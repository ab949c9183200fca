// Meditation sessions: start, complete, abandon, read, change, delete.

#include "platform/base/time.h"
#include "support/postgres/database.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace mindspace::integration {
namespace {

using testing::UnorderedElementsAre;

std::string path_of(const std::string& id, std::string_view action = {}) {
    return std::string(kSessions) + "/" + id + std::string(action);
}

json::object mantra(json::object more = {}) {
    json::object request{{"kind", "mantra"}, {"plannedSeconds", 600}};
    for (const auto& [name, value] : more) request[name] = value;
    return request;
}

std::string start(Person& person) {
    return person.client.post(kSessions, mantra()).text("/id");
}

TEST(StartSession, ReturnsTheActiveSession) {
    auto person = register_person({{"timezone", "Asia/Tokyo"}});
    const auto response = person.client.post(kSessions, mantra({{"moodBefore", 2}}));
    ASSERT_TRUE(is(response, 201));
    const auto& session = response.document.as_object();
    EXPECT_EQ(session.at("status"), "active");
    EXPECT_EQ(session.at("kind"), "mantra");
    EXPECT_EQ(session.at("plannedSeconds"), 600);
    EXPECT_EQ(session.at("moodBefore"), 2);
    EXPECT_EQ(session.at("timezone"), "Asia/Tokyo");
    EXPECT_EQ(session.at("source"), "live");
    for (const char* open : {"durationSeconds", "endedAt", "groupId", "moodAfter", "note"})
        EXPECT_TRUE(session.at(open).is_null()) << open;
    const auto started_at = parse_timestamp(text_of(session, "startedAt")).value();
    EXPECT_LT(SystemClock{}.now() - started_at, kTimeout);
    EXPECT_EQ(text_of(session, "startedAt"), format_timestamp(started_at));
    EXPECT_EQ(person.client.get(path_of(response.text("/id"))).document, response.document);
}

TEST(StartSession, RefusesASecondActiveOne) {
    auto person = register_person();
    const auto id = start(person);
    EXPECT_TRUE(is_problem(person.client.post(kSessions, mantra()), 409, "session_active"));
    ASSERT_TRUE(is(person.client.post(path_of(id, "/abandon")), 200));
    EXPECT_TRUE(is(person.client.post(kSessions, mantra()), 201));
}

TEST(StartSession, StartsOneUnderConcurrentRequestsFromTwoDevices) {
    const auto person = register_person();
    std::atomic<int> started = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> devices;
        for (int i = 0; i < 4; ++i)
            devices.emplace_back([&] {
                Client client(Program::shared(), person.client.access_token());
                const auto response = client.post(kSessions, mantra());
                if (response.status == 201) ++started;
                if (is_problem(response, 409, "session_active")) ++refused;
            });
    }
    EXPECT_EQ(started, 1);
    EXPECT_EQ(refused, 3);
}

TEST(StartSession, CanBeRetriedWithAClientId) {
    auto person = register_person();
    const auto id = new_id();
    const auto first = person.client.post(kSessions, mantra({{"id", id}}));
    ASSERT_TRUE(is(first, 201));
    EXPECT_EQ(first.text("/id"), id);
    const auto second = person.client.post(kSessions, mantra({{"id", id}}));
    EXPECT_TRUE(is(second, 201));
    EXPECT_EQ(second.document, first.document);
    EXPECT_EQ(whole_history(person).size(), 1U);

    EXPECT_TRUE(
        is_problem(person.client.post(kSessions, mantra({{"id", id}, {"plannedSeconds", 900}})), 409, "conflict"));
    EXPECT_EQ(person.client.get(path_of(id)).document, first.document);
}

TEST(StartSession, WithOneIdByTwoUsersCreatesTwoSessions) {
    auto one = register_person();
    auto other = register_person();
    const auto id = new_id();
    EXPECT_TRUE(is(one.client.post(kSessions, mantra({{"id", id}})), 201));
    EXPECT_TRUE(is(other.client.post(kSessions, mantra({{"id", id}, {"moodBefore", 5}})), 201));
    EXPECT_TRUE(one.client.get(path_of(id)).at("/moodBefore").is_null());
}

TEST(StartSession, ReportsAllFaultsTogether) {
    auto person = register_person();
    const auto response = person.client.post(
        kSessions, {{"id", "ABC"}, {"kind", "running"}, {"plannedSeconds", 59}, {"moodBefore", 6}, {"timezone", "X"}});
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response),
                UnorderedElementsAre("/id invalid_format", "/kind not_allowed", "/plannedSeconds too_small",
                                     "/moodBefore too_large", "/timezone invalid_format"));
    EXPECT_TRUE(is(person.client.post(kSessions, mantra({{"plannedSeconds", 86401}})), 422));
    EXPECT_TRUE(is(person.client.post(kSessions, mantra({{"plannedSeconds", 86400}})), 201));
}

TEST(CompleteSession, UsesTheElapsedTimeByDefault) {
    auto person = register_person();
    const auto id = start(person);
    const json::object completion{{"durationSeconds", 0}, {"moodAfter", 5}, {"note", "Ruhe 🌊"}};
    const auto response = person.client.post(path_of(id, "/complete"), completion);
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/status"), "completed");
    EXPECT_EQ(response.at("/durationSeconds"), 0);
    EXPECT_EQ(response.at("/moodAfter"), 5);
    EXPECT_EQ(response.at("/note"), "Ruhe 🌊");

    const auto second = start(person);
    const auto started_at = parse_timestamp(person.client.get(path_of(second)).text("/startedAt")).value();
    ASSERT_TRUE(eventually([&] { return SystemClock{}.now() - started_at >= 1s; }));
    const auto timed = person.client.post(path_of(second, "/complete"), {{"durationSeconds", 1}});
    ASSERT_TRUE(is(timed, 200));
    EXPECT_EQ(timed.at("/durationSeconds"), 1);
    EXPECT_GE(parse_timestamp(timed.text("/endedAt")).value() - parse_timestamp(timed.text("/startedAt")).value(), 1s);
}

TEST(CompleteSession, KeepsNotesWrittenDuringTheSession) {
    auto person = register_person();
    const auto id = start(person);
    ASSERT_TRUE(is(person.client.patch(path_of(id), {{"note", "on the way"}, {"moodAfter", 4}}), 200));
    const auto response = person.client.post(path_of(id, "/complete"), {{"moodAfter", 5}});
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/note"), "on the way");
    EXPECT_EQ(response.at("/moodAfter"), 5);
}

TEST(CompleteSession, ShortensASlightlyTooLongDurationToTheElapsedTime) {
    auto person = register_person();
    const auto id = start(person);
    const auto began_at =
        "UPDATE meditation_sessions SET started_at = now() - interval '595.5 seconds' WHERE user_id = '";
    query(person.client.program(), began_at + person.id + "'");
    const auto response = person.client.post(path_of(id, "/complete"), {{"durationSeconds", 600}});
    ASSERT_TRUE(is(response, 200));
    const auto sat =
        parse_timestamp(response.text("/endedAt")).value() - parse_timestamp(response.text("/startedAt")).value();
    EXPECT_EQ(response.number("/durationSeconds"),
              std::min<std::int64_t>(600, std::chrono::floor<std::chrono::seconds>(sat).count()));
    EXPECT_EQ(person.client.post(path_of(id, "/complete"), {{"durationSeconds", 600}}).document, response.document)
        << "a retry is the same completion";
}

TEST(CompleteSession, RefusesMoreThanTheElapsedTime) {
    auto person = register_person();
    const auto id = start(person);
    const auto response = person.client.post(path_of(id, "/complete"), {{"durationSeconds", 600}});
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response), UnorderedElementsAre("/durationSeconds exceeds_elapsed"));
    EXPECT_EQ(person.client.get(path_of(id)).at("/status"), "active");
}

TEST(CompleteSession, CanBeRetried) {
    auto person = register_person();
    const auto id = start(person);
    const json::object completion{{"durationSeconds", 0}, {"moodAfter", 4}, {"note", "once"}};
    const auto first = person.client.post(path_of(id, "/complete"), completion);
    const auto second = person.client.post(path_of(id, "/complete"), completion);
    ASSERT_TRUE(is(second, 200));
    EXPECT_EQ(second.document, first.document);
    EXPECT_EQ(whole_history(person).size(), 1U);

    // An offline queue retries it after the note was edited elsewhere.
    const auto edited = person.client.patch(path_of(id), {{"note", "edited"}, {"moodAfter", nullptr}});
    for (const auto& again : {completion, json::object{}}) {
        const auto repeated = person.client.post(path_of(id, "/complete"), again);
        ASSERT_TRUE(is(repeated, 200)) << again;
        EXPECT_EQ(repeated.document, edited.document);
    }
    EXPECT_TRUE(is_problem(person.client.post(path_of(id, "/complete"), {{"durationSeconds", 9}}), 409, "conflict"));
    EXPECT_TRUE(is_problem(person.client.post(path_of(id, "/abandon")), 409, "session_not_active"));
}

TEST(AbandonSession, EndsItWithoutCompletion) {
    auto person = register_person();
    const auto id = start(person);
    const auto response = person.client.post(path_of(id, "/abandon"));
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/status"), "abandoned");
    EXPECT_FALSE(response.at("/endedAt").is_null());
    EXPECT_EQ(person.client.post(path_of(id, "/abandon")).document, response.document);
    EXPECT_TRUE(is_problem(person.client.post(path_of(id, "/complete"), json::object{}), 409, "session_not_active"));
}

TEST(AbandonSession, HappensAutomaticallyADayAfterThePlannedEnd) {
    auto person = register_person();
    const auto id = start(person);
    query(person.client.program(),
          "UPDATE meditation_sessions SET started_at = now() - interval '24 hours 10 minutes' WHERE user_id = '" +
              person.id + "'");
    Response given_up;
    ASSERT_TRUE(eventually([&] {
        given_up = person.client.get(path_of(id));
        return given_up.at("/status") == "abandoned";
    })) << given_up;
    EXPECT_EQ(parse_timestamp(given_up.text("/endedAt")).value() - parse_timestamp(given_up.text("/startedAt")).value(),
              600s);
    EXPECT_TRUE(is(person.client.post(kSessions, mantra()), 201));

    // It was finished offline, and the device reconnects.
    const auto omitted = person.client.post(path_of(id, "/complete"), json::object{});
    ASSERT_TRUE(is_problem(omitted, 422, "validation_failed"));
    EXPECT_THAT(faults_of(omitted), UnorderedElementsAre("/durationSeconds required"));
    const auto late =
        person.client.post(path_of(id, "/complete"), {{"durationSeconds", 540}, {"note", "in the hills"}});
    ASSERT_TRUE(is(late, 200));
    EXPECT_EQ(late.at("/status"), "completed");
    EXPECT_EQ(parse_timestamp(late.text("/endedAt")).value() - parse_timestamp(late.text("/startedAt")).value(), 540s);
    EXPECT_EQ(person.client.post(path_of(id, "/complete"), {{"durationSeconds", 540}}).document, late.document);
    EXPECT_TRUE(is_problem(person.client.post(path_of(id, "/complete"), {{"durationSeconds", 541}}), 409, "conflict"));
}

TEST(AbandonSession, AutomaticallyIsFinalAfterThirtyDays) {
    auto person = register_person();
    const auto id = start(person);
    auto age = [&](const std::string& days) {
        query(person.client.program(),
              "UPDATE meditation_sessions SET status = 'abandoned', ended_at = started_at, "
              "lapsed_at = now() - interval '" +
                  days + "' WHERE user_id = '" + person.id + "'");
    };
    age("30 days 1 minute");
    EXPECT_TRUE(
        is_problem(person.client.post(path_of(id, "/complete"), {{"durationSeconds", 0}}), 409, "session_not_active"));
    age("29 days 23 hours");
    EXPECT_TRUE(is(person.client.post(path_of(id, "/complete"), {{"durationSeconds", 0}}), 200));
}

TEST(MeditationSession, OfAnotherUserIsNotFound) {
    auto owner = register_person();
    auto other = register_person();
    const auto id = start(owner);
    EXPECT_TRUE(is_problem(other.client.get(path_of(id)), 404, "not_found"));
    EXPECT_TRUE(is_problem(other.client.patch(path_of(id), {{"note", "mine"}}), 404, "not_found"));
    EXPECT_TRUE(is_problem(other.client.del(path_of(id)), 404, "not_found"));
    EXPECT_TRUE(is_problem(other.client.post(path_of(id, "/complete"), json::object{}), 404, "not_found"));
    EXPECT_TRUE(is_problem(other.client.post(path_of(id, "/abandon")), 404, "not_found"));
    EXPECT_EQ(owner.client.get(path_of(id)).at("/status"), "active");
    EXPECT_TRUE(whole_history(other).empty());
}

TEST(MeditationSession, IsChangedByAMergePatch) {
    auto person = register_person();
    const auto id = meditate(person);
    const auto read = person.client.get(path_of(id));
    const auto tag = read.header("etag").value();
    EXPECT_TRUE(is(person.client.get(path_of(id), {{"If-None-Match", tag}}), 304));

    const auto with_note = person.client.patch(path_of(id), {{"note", "calm"}, {"moodAfter", 4}}, {{"If-Match", tag}});
    ASSERT_TRUE(is(with_note, 200));
    EXPECT_EQ(with_note.at("/note"), "calm");
    EXPECT_EQ(with_note.at("/moodAfter"), 4);
    EXPECT_TRUE(is_problem(person.client.patch(path_of(id), {{"note", "late"}}, {{"If-Match", tag}}), 412,
                           "precondition_failed"));
    const auto cleared = person.client.patch(path_of(id), {{"note", nullptr}});
    EXPECT_TRUE(cleared.at("/note").is_null());
    EXPECT_EQ(cleared.at("/moodAfter"), 4);
    EXPECT_TRUE(is(person.client.patch(path_of(id), {{"durationSeconds", 9000}}), 422));
}

TEST(MeditationSession, IsUnchangedByAPatchWithoutDifferences) {
    auto person = register_person();
    const auto id = meditate(person);
    const auto with_note = person.client.patch(path_of(id), {{"note", "calm"}});
    for (const auto& patch : {json::object{}, json::object{{"note", "calm"}}}) {
        const auto again = person.client.patch(path_of(id), patch);
        ASSERT_TRUE(is(again, 200)) << patch;
        EXPECT_EQ(again.document, with_note.document);
        EXPECT_EQ(again.header("etag"), with_note.header("etag"));
    }
    EXPECT_TRUE(is_problem(person.client.patch(path_of(id), json::object{}, {{"If-Match", "\"1\""}}), 412,
                           "precondition_failed"));
}

TEST(MeditationSession, IsGoneWhenDeleted) {
    auto person = register_person();
    const auto remaining = meditate(person);
    const auto id = meditate(person);
    const auto tag = person.client.get(path_of(id)).header("etag").value();
    person.client.patch(path_of(id), {{"moodAfter", 3}});
    EXPECT_TRUE(is_problem(person.client.del(path_of(id), {{"If-Match", tag}}), 412, "precondition_failed"));
    EXPECT_TRUE(is(person.client.del(path_of(id)), 204));
    EXPECT_TRUE(is_problem(person.client.get(path_of(id)), 404, "not_found"));
    EXPECT_TRUE(is_problem(person.client.del(path_of(id)), 404, "not_found"));
    EXPECT_TRUE(is_problem(person.client.post(kSessions, mantra({{"id", id}})), 409, "gone"));
    const auto history = whole_history(person);
    ASSERT_EQ(history.size(), 1U);
    EXPECT_EQ(text_of(history[0], "id"), remaining);
    EXPECT_TRUE(eventually([&] { return person.client.get("/api/v1/users/me/stats").number("/totalSessions") == 1; }));
}

}  // namespace
}  // namespace mindspace::integration
