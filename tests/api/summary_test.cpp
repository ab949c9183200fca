// The other analytics: the summary with its streaks, the heatmap, and how many people meditate now.

#include "platform/base/time.h"
#include "support/analytics/client.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace mindspace::integration {
namespace {

using std::chrono::days;

TEST(Summary, CoversTodayTheWeeksAndTheMonths) {
    auto person = register_person({{"timezone", zone_at_noon()}});
    ASSERT_TRUE(is(person.client.patch("/api/v1/users/me", {{"dailyGoalSeconds", 1500}}), 200));
    const auto now = SystemClock{}.now();
    json::array sessions;
    std::map<int, std::int64_t> seconds_of_day;  // by days ago
    for (const int days_ago : {0, 0, 1, 2, 5, 8, 20, 40}) {
        const auto duration = 700 + days_ago;
        const auto at = now - days(days_ago) - std::chrono::hours(days_ago == 5 ? 3 : 1) -
                        std::chrono::seconds(seconds_of_day.contains(days_ago) ? 900 : 0);
        sessions.push_back(offline_session(
            format_timestamp(at), {{"kind", days_ago == 5 ? "sleep" : "walking"}, {"durationSeconds", duration}}));
        seconds_of_day[days_ago] += duration;
    }
    import_all(person, std::move(sessions));
    ASSERT_TRUE(has_counted(person, 8));

    const auto history = whole_history(person);
    const auto today = date_of(text_of(history.front(), "localDate"));
    const auto effort = [&](LocalDate from, LocalDate before) {
        std::int64_t count = 0;
        std::int64_t total = 0;
        for (const auto& session : history) {
            const auto date = date_of(text_of(session, "localDate"));
            if (date < from || date >= before) continue;
            ++count;
            total += session.at("durationSeconds").as_int64();
        }
        return json::object{{"sessions", count}, {"seconds", total}};
    };
    const auto monday = today - days(std::chrono::weekday(today).iso_encoding() - 1);
    const std::chrono::year_month_day ymd(today);
    const auto month = ymd.year() / ymd.month();
    const auto first_of = [](std::chrono::year_month m) { return LocalDate(m / 1); };

    const auto response = get_analytics(person, "summary");
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/today/seconds"), 1400);
    EXPECT_EQ(response.at("/today/goalSeconds"), 1500);
    EXPECT_EQ(response.at("/today/goalReached"), false);
    EXPECT_EQ(response.at("/thisWeek"), effort(monday, monday + days(7)));
    EXPECT_EQ(response.at("/lastWeek"), effort(monday - days(7), monday));
    EXPECT_EQ(response.at("/thisMonth"), effort(first_of(month), first_of(month + std::chrono::months(1))));
    EXPECT_EQ(response.at("/lastMonth"), effort(first_of(month - std::chrono::months(1)), first_of(month)));
    EXPECT_EQ(response.at("/streaks"), (json::object{{"currentDays", 3}, {"longestDays", 3}}));
    EXPECT_EQ(response.at("/bestDay"), (json::object{{"date", format_date(today)}, {"seconds", 1400}}));
    EXPECT_EQ(response.at("/favouriteKind"), "walking");

    import_all(person, {offline_session(format_timestamp(now - 2h), {{"durationSeconds", 100}})});
    EXPECT_TRUE(eventually([&] { return get_analytics(person, "summary").at("/today/goalReached") == true; }));
}

TEST(Summary, IsEmptyWithoutSessions) {
    auto person = register_person();
    const auto response = get_analytics(person, "summary");
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/streaks"), (json::object{{"currentDays", 0}, {"longestDays", 0}}));
    for (const char* unknown : {"/bestDay", "/favouriteKind", "/favouriteHour"})
        EXPECT_TRUE(response.at(unknown).is_null()) << unknown;
}

TEST(Streak, LastsUntilTheEndOfTheNextDay) {
    auto person = register_person({{"timezone", zone_at_noon()}});
    const auto now = SystemClock{}.now();
    for (const int days_ago : {1, 2, 3}) import_all(person, {offline_session(format_timestamp(now - days(days_ago)))});
    ASSERT_TRUE(has_counted(person, 3));
    EXPECT_EQ(get_analytics(person, "summary").at("/streaks/currentDays"), 3) << "nothing yet today";

    auto late = register_person({{"timezone", zone_at_noon()}});
    for (const int days_ago : {2, 3}) import_all(late, {offline_session(format_timestamp(now - days(days_ago)))});
    ASSERT_TRUE(has_counted(late, 2));
    EXPECT_EQ(get_analytics(late, "summary").at("/streaks"), (json::object{{"currentDays", 0}, {"longestDays", 2}}));
}

// 30 December 2011 did not exist in Samoa; elsewhere it was missed.
TEST(Streak, ContinuesAcrossADateThatTheUsersZoneSkipped) {
    auto person = register_person({{"timezone", "Pacific/Apia"}});
    json::array sessions;
    // 18:00 local time, at UTC-10 (in summer) and then at UTC+14.
    for (const char* at : {"2011-12-29T04:00:00Z", "2011-12-30T04:00:00Z", "2011-12-31T04:00:00Z"})
        sessions.push_back(offline_session(at));
    import_all(person, std::move(sessions));
    ASSERT_TRUE(has_counted(person, 3));
    std::vector<std::string> dates;
    for (const auto& session : whole_history(person)) dates.push_back(text_of(session, "localDate"));
    EXPECT_EQ(dates, (std::vector<std::string>{"2011-12-31", "2011-12-29", "2011-12-28"}));
    const auto longest = [&] {
        const auto stats = person.client.get("/api/v1/users/me/stats");
        EXPECT_EQ(stats.at("/longestStreakDays"), get_analytics(person, "summary").at("/streaks/longestDays"));
        const auto& milestones = stats.at("/milestones").as_array();
        const bool has_three =
            std::ranges::any_of(milestones, [](const json::value& one) { return one.at("kind") == "streakDays"; });
        EXPECT_EQ(has_three, stats.number("/longestStreakDays") == 3);
        return stats.number("/longestStreakDays");
    };
    EXPECT_EQ(longest(), 3);
    ASSERT_TRUE(is(person.client.patch("/api/v1/users/me", {{"timezone", "Pacific/Auckland"}}), 200));
    EXPECT_EQ(longest(), 2) << "the streak follows the current zone";
}

TEST(Heatmap, HasALevelForEveryDayOfTheYear) {
    auto person = register_person();
    ASSERT_TRUE(is(person.client.patch("/api/v1/users/me", {{"dailyGoalSeconds", 1000}}), 200));
    const std::map<std::string, int> seconds{
        {"2024-02-28", 499}, {"2024-02-29", 999}, {"2024-03-01", 1000}, {"2024-12-31", 2000}};
    json::array sessions;
    for (const auto& [date, duration] : seconds)
        sessions.push_back(offline_session(date + "T08:00:00Z", {{"durationSeconds", duration}}));
    import_all(person, std::move(sessions));
    ASSERT_TRUE(has_counted(person, 4));

    const auto response = get_analytics(person, "heatmap?year=2024");
    ASSERT_TRUE(is(response, 200));
    EXPECT_EQ(response.at("/year"), 2024);
    const std::map<int, int> levels{{0, 0}, {499, 1}, {999, 2}, {1000, 3}, {2000, 4}};
    auto date = date_of("2024-01-01");
    for (const auto& day : response.at("/days").as_array()) {
        const auto name = format_date(date);
        const auto duration = seconds.contains(name) ? seconds.at(name) : 0;
        EXPECT_EQ(day, (json::object{{"date", name}, {"seconds", duration}, {"level", levels.at(duration)}}));
        date += days(1);
    }
    EXPECT_EQ(date, date_of("2025-01-01"));
    EXPECT_EQ(get_analytics(person, "heatmap?year=2025").at("/days").as_array().size(), 365U);
    EXPECT_TRUE(is(get_analytics(person, "heatmap?year=soon"), 422));
}

TEST(Now, CountsPeopleWhoMeditateAndIsPublic) {
    const Program program;  // without sessions of other tests
    auto person = register_person(program);
    const auto meditating = [&] {
        const auto response = Client(program).get("/api/v1/analytics/now");
        EXPECT_TRUE(is(response, 200));
        return response.number("/meditating");
    };
    EXPECT_EQ(meditating(), 0);
    const auto started = person.client.post("/api/v1/sessions", {{"kind", "other"}, {"plannedSeconds", 600}});
    ASSERT_TRUE(is(started, 201));
    EXPECT_TRUE(eventually([&] { return meditating() == 1; }));
    ASSERT_TRUE(is(person.client.post("/api/v1/sessions/" + started.text("/id") + "/abandon"), 200));
    EXPECT_TRUE(eventually([&] { return meditating() == 0; }));
}

}  // namespace
}  // namespace mindspace::integration
