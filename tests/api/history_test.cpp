// The list of sessions: order, pages, filters.

#include "platform/base/time.h"
#include "support/program/metrics.h"
#include "support/program/person.h"

#include <gmock/gmock.h>

#include <set>

namespace mindspace::integration {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr int kRows = 250;

std::string cursor_of(const Response& page) {
    return "cursor=" + in_query(page.text("/nextCursor"));
}

// 250 sessions, five at each of fifty moments, so that the time alone does not order them.
Person with_long_history() {
    auto person = register_person();
    json::array sessions;
    const auto first = parse_timestamp("2025-03-01T05:00:00Z").value();
    for (int i = 0; i < kRows; ++i)
        sessions.push_back(
            offline_session(format_timestamp(first + std::chrono::hours(7 * (i / 5))), {{"durationSeconds", 60 + i}}));
    import_all(person, std::move(sessions));
    return person;
}

std::set<std::string> ids_of(const std::vector<json::object>& sessions) {
    std::set<std::string> ids;
    for (const auto& session : sessions) ids.insert(text_of(session, "id"));
    return ids;
}

TEST(History, ShowsEachSessionOnceNewestFirst) {
    auto person = with_long_history();
    for (const int limit : {1 + kRows / 3, 7, 100}) {
        const auto sessions = whole_history(person, {}, limit);
        EXPECT_EQ(sessions.size(), kRows) << limit;
        EXPECT_EQ(ids_of(sessions).size(), kRows) << limit;
        EXPECT_TRUE(std::ranges::is_sorted(sessions, std::ranges::greater{}, [](const json::object& session) {
            return std::pair(text_of(session, "startedAt"), text_of(session, "id"));
        })) << limit;
    }
}

TEST(History, IsStableWhileSessionsAreAdded) {
    auto person = with_long_history();
    const auto before = ids_of(whole_history(person));
    std::multiset<std::string> seen;
    std::string query = "limit=30";
    for (int page = 0;; ++page) {
        const auto response = person.client.get(std::string(kSessions) + "?" + query);
        ASSERT_TRUE(is(response, 200));
        for (const auto& session : response.at("/items").as_array()) seen.insert(text_of(session.as_object(), "id"));
        if (response.at("/nextCursor").is_null()) break;
        query = "limit=30&" + cursor_of(response);
        // Newer than all, and (from the second page on) between the sessions that were read and those that were not.
        import_all(person, {offline_session("2025-09-0" + std::to_string(1 + page) + "T08:00:00Z"),
                            offline_session("2025-03-10T08:0" + std::to_string(page) + ":00Z")});
    }
    for (const auto& id : before) EXPECT_EQ(seen.count(id), 1U) << id;
    for (const auto& id : seen) EXPECT_EQ(seen.count(id), 1U) << id;
}

TEST(History, HasTwentyItemsPerPageByDefault) {
    auto person = with_long_history();
    EXPECT_EQ(person.client.get(kSessions).at("/items").as_array().size(), 20U);
    const auto one = person.client.get(std::string(kSessions) + "?limit=1");
    EXPECT_EQ(one.at("/items").as_array().size(), 1U);
    for (const char* limit : {"0", "101", "-1", "x", "1.5", ""}) {
        const auto response = person.client.get(std::string(kSessions) + "?limit=" + limit);
        EXPECT_TRUE(is(response, 422)) << limit;
    }
    EXPECT_TRUE(is(person.client.get(std::string(kSessions) + "?limit=5&" + cursor_of(one)), 200))
        << "the limit may change from page to page";
}

TEST(History, EndsWithNullOnAFullLastPage) {
    auto person = register_person();
    import_all(person, {offline_session("2025-01-01T08:00:00Z"), offline_session("2025-01-02T08:00:00Z")});
    const auto page = person.client.get(std::string(kSessions) + "?limit=2");
    EXPECT_EQ(page.at("/items").as_array().size(), 2U);
    EXPECT_TRUE(page.at("/nextCursor").is_null());
}

TEST(History, IsFilteredByDateKindAndStatus) {
    auto person = register_person({{"timezone", "Pacific/Auckland"}});
    import_all(person, {offline_session("2025-05-01T11:30:00Z", {{"kind", "sleep"}}),     // 1 May there
                        offline_session("2025-05-01T12:30:00Z", {{"kind", "walking"}}),   // 2 May there
                        offline_session("2025-05-03T02:00:00Z", {{"kind", "sleep"}}),     // 3 May
                        offline_session("2025-05-04T02:00:00Z", {{"kind", "mantra"}})});  // 4 May
    const auto dates = [&](const std::string& query) {
        std::vector<std::string> found;
        for (const auto& session : whole_history(person, query, 1)) found.push_back(text_of(session, "localDate"));
        return found;
    };
    EXPECT_THAT(dates("from=2025-05-02&to=2025-05-03"), ElementsAre("2025-05-03", "2025-05-02"));
    EXPECT_THAT(dates("from=2025-05-04"), ElementsAre("2025-05-04"));
    EXPECT_THAT(dates("to=2025-05-01"), ElementsAre("2025-05-01"));
    EXPECT_THAT(dates("kind=sleep"), ElementsAre("2025-05-03", "2025-05-01"));
    EXPECT_THAT(dates("kind=sleep&from=2025-05-02"), ElementsAre("2025-05-03"));
    EXPECT_THAT(dates("status=abandoned"), ElementsAre());
    ASSERT_TRUE(is(person.client.post(kSessions, {{"kind", "other"}, {"plannedSeconds", 60}}), 201));
    EXPECT_EQ(whole_history(person, "status=active").size(), 1U);
    EXPECT_EQ(whole_history(person, "status=completed").size(), 4U);
}

TEST(History, ReportsAllInvalidParametersTogether) {
    auto person = register_person();
    const auto response =
        person.client.get(std::string(kSessions) + "?limit=0&from=2025-02-30&kind=running&status=&order=up");
    ASSERT_TRUE(is_problem(response, 422, "validation_failed"));
    EXPECT_THAT(faults_of(response), UnorderedElementsAre("limit too_small", "from invalid_format", "kind not_allowed",
                                                          "status not_allowed", "order unknown_parameter"));
}

TEST(History, RejectsCursorsOfOtherLists) {
    auto person = with_long_history();
    auto other = with_long_history();
    const auto page = person.client.get(std::string(kSessions) + "?limit=10");
    auto damaged = page.text("/nextCursor");
    damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'a' ? 'b' : 'a';
    const auto filtered = person.client.get(std::string(kSessions) + "?limit=10&kind=mindfulness");
    for (const auto& query : {std::string("cursor=nonsense"), std::string("cursor="), "cursor=" + in_query(damaged),
                              cursor_of(page).substr(0, cursor_of(page).size() - 2),
                              cursor_of(other.client.get(std::string(kSessions) + "?limit=10")),  // another user's
                              cursor_of(page) + "&kind=mindfulness", cursor_of(filtered)})        // with another filter
        EXPECT_TRUE(is_problem(person.client.get(std::string(kSessions) + "?" + query), 400, "invalid_cursor"))
            << query;
    EXPECT_TRUE(is(person.client.get(std::string(kSessions) + "?" + cursor_of(page)), 200));
}

TEST(History, AnUnchangedPageIsNotReadAgain) {
    auto person = register_person();  // one connection, so one core
    import_all(person, {offline_session("2026-01-05T06:00:00Z"), offline_session("2026-01-06T06:00:00Z")});
    const auto hits = [] {
        return metric(Program::shared().management_port("meditation"),
                      R"(mindspace_cache_hits_total{cache="history",level="1"})");
    };
    const auto first = person.client.get(kSessions);
    ASSERT_TRUE(is(first, 200));
    const auto before = hits();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(person.client.get(kSessions).body, first.body);
    EXPECT_EQ(hits(), before + 3);
    EXPECT_EQ(person.client.get(std::string(kSessions) + "?limit=1").at("/items").as_array().size(), 1U);
}

TEST(History, ShowsEachChangeAtOnce) {
    auto person = register_person();
    const auto page = [&] { return person.client.get(kSessions); };
    EXPECT_EQ(page().at("/items").as_array().size(), 0U);
    const auto id = meditate(person);
    const auto path = std::string(kSessions) + "/" + id;
    EXPECT_EQ(page().text("/items/0/status"), "completed");
    ASSERT_TRUE(is(person.client.patch(path, {{"note", "calm"}}), 200));
    EXPECT_EQ(page().text("/items/0/note"), "calm");
    ASSERT_TRUE(is(person.client.post(kSessions, {{"kind", "sleep"}, {"plannedSeconds", 600}}), 201));
    EXPECT_EQ(page().text("/items/0/status"), "active");
    ASSERT_TRUE(is(person.client.del(path), 204));
    EXPECT_EQ(page().at("/items").as_array().size(), 1U);
    EXPECT_EQ(page().text("/items/0/kind"), "sleep");
}

TEST(History, APageThatTheClientHasIsNotSent) {
    auto person = with_long_history();
    auto other = log_in_again(person);
    for (const auto& query : {std::string("limit=30"), std::string("limit=30&kind=mindfulness")}) {
        const auto path = std::string(kSessions) + "?" + query;
        const auto page = person.client.get(path);
        EXPECT_EQ(page.header("cache-control"), "private, no-cache");
        const auto tag = page.header("etag").value_or("");
        for (auto* client : {&person.client, &other.client}) {
            const auto same = client->get(path, {{"If-None-Match", tag}});
            EXPECT_TRUE(is(same, 304)) << path;
            EXPECT_EQ(same.body, "");
            EXPECT_EQ(same.header("etag"), tag);
            EXPECT_EQ(client->get(path, {{"If-None-Match", "\"x\""}}).body, page.body);
        }
    }
    const auto path = std::string(kSessions) + "?limit=30";
    const auto before = person.client.get(path);
    const auto session = std::string(kSessions) + "/" + before.text("/items/7/id");
    ASSERT_TRUE(is(person.client.patch(session, {{"moodAfter", 5}}), 200));
    const auto tag = before.header("etag").value_or("");
    const auto after = other.client.get(path, {{"If-None-Match", tag}});
    EXPECT_TRUE(is(after, 200));
    EXPECT_NE(after.header("etag"), tag);
    EXPECT_EQ(after.number("/items/7/moodAfter"), 5);
}

}  // namespace
}  // namespace mindspace::integration
