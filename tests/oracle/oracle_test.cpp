// Runs random histories through the real store and projection, on a real server, and compares the results with an
// oracle that shares no code with them (tests/oracle/histories.py). MINDSPACE_ORACLE_HISTORIES sets their number.

#include "platform/postgres/connection/client.h"
#include "platform/postgres/replicas/replicas.h"
#include "platform/redis/connection/client.h"
#include "services/analytics/client.h"
#include "services/analytics/service.h"
#include "services/meditation/sessions/store.h"
#include "support/events/pump.h"
#include "support/postgres/migrated_database.h"
#include "support/program/process.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace mindspace::analytics {
namespace {

namespace json = boost::json;
using meditation::ImportedSession;
using meditation::Kind;
using meditation::MeditationSessionId;
using postgres::run;
using postgres::run_until;
using postgres::Statement;

constexpr std::size_t kAtOnce = 250;

constexpr Statement kRegister{"oracle_register", R"(
    INSERT INTO users (user_id, email, display_name, timezone, locale, daily_goal_seconds, day_start_hour, created_at,
                       updated_at)
    VALUES ($1, $2, 'A', 'UTC', 'en', $3, 0, now(), now()))"};
constexpr Statement kMove{"oracle_move", "UPDATE users SET timezone = $2, day_start_hour = $3 WHERE user_id = $1"};

class ManualClock final : public Clock {
public:
    explicit ManualClock(Timestamp now) : now_(now) {}
    [[nodiscard]] Timestamp now() const override { return now_; }

private:
    Timestamp now_;
};

// ---- reading the oracle's output

Timestamp time_of(const json::value& milliseconds) {
    return Timestamp(Milliseconds(milliseconds.as_int64()));
}
std::optional<std::int32_t> number_of(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    return static_cast<std::int32_t>(value.as_int64());
}
std::string string_of(const json::value& value) {
    return std::string(value.as_string());
}
Kind kind_of(const json::value& value) {
    return schema::enum_value<Kind>(string_of(value)).value();
}
Range range_of(const json::value& pair) {
    return {.from = parse_date(string_of(pair.at(0))).value(), .to = parse_date(string_of(pair.at(1))).value()};
}

// ---- replaying it in the program

class HistoryReplay {
public:
    HistoryReplay(postgres::Client& database, postgres::Replicas& replicas, const json::value& history)
        : database_(database), sessions_(database, replicas, database), history_(history) {}

    [[nodiscard]] UserId user() const { return user_; }

    Awaitable<> replay() {
        auto email = user_.to_string();
        auto goal = static_cast<std::int32_t>(history_.at("goal").as_int64());
        co_await database_.query(kRegister, user_, email, goal);
        for (const auto& phase : history_.at("phases").as_array()) {
            auto zone = string_of(phase.at("zone"));
            auto day_start = static_cast<std::int16_t>(phase.at("dayStart").as_int64());
            co_await database_.query(kMove, user_, zone, day_start);
            co_await import(phase.at("sessions").as_array());
            for (const auto& live : phase.at("live").as_array()) co_await meditate(live);
        }
        for (const auto& change : history_.at("changes").as_array()) co_await alter(change);
    }

private:
    Awaitable<> import(const json::array& values) {
        std::vector<ImportedSession> sessions;
        for (const auto& one : values) {
            ImportedSession session;
            session.id = MeditationSessionId::make(clock_.now());
            session.kind = kind_of(one.at(0));
            session.started_at = time_of(one.at(1));
            session.duration_seconds = static_cast<std::int32_t>(one.at(2).as_int64());
            if (!one.at(3).is_null()) session.timezone = string_of(one.at(3));
            session.mood_before = number_of(one.at(4));
            session.mood_after = number_of(one.at(5));
            ids_.push_back(session.id);
            sessions.push_back(std::move(session));
        }
        if (sessions.empty()) co_return;
        auto queries = meditation::import_queries(user_, std::move(sessions), clock_.now());
        co_await sessions_.import(std::move(queries));
    }

    Awaitable<> meditate(const json::value& values) {
        auto id = MeditationSessionId::make(clock_.now());
        ids_.push_back(id);
        meditation::StartSession start;
        start.kind = kind_of(values.at(0));
        start.planned_seconds = 60;
        start.mood_before = number_of(values.at(5));
        co_await sessions_.insert_active(user_, id, start, time_of(values.at(1)));
        auto how = string_of(values.at(3));
        if (how == "abandon") co_await sessions_.abandon(user_, id, time_of(values.at(2)));
        if (how != "complete") co_return;
        meditation::CompleteSession completion;
        completion.duration_seconds = number_of(values.at(4));
        completion.mood_after = number_of(values.at(6));
        co_await sessions_.complete(user_, id, completion, time_of(values.at(2)));
    }

    Awaitable<> alter(const json::value& change) {
        auto id = ids_.at(static_cast<std::size_t>(change.at(0).as_int64()));
        if (string_of(change.at(1)) == "delete") {
            co_await sessions_.erase(user_, id, {}, clock_.now());
        } else {
            meditation::SessionPatch patch;
            patch.mood_after = {.present = true, .value = number_of(change.at(2))};
            co_await sessions_.update(user_, id, patch, {}, clock_.now());
        }
    }

    postgres::Client& database_;
    meditation::SessionStore sessions_;
    const json::value& history_;
    SystemClock clock_;
    UserId user_ = UserId::make(clock_.now());
    std::vector<MeditationSessionId> ids_;
};

// ---- the program's results, in the oracle's format

using Lines = std::vector<std::string>;

std::string average_text(std::optional<double> average) {
    return average ? fmt::format("{:.6f}", *average) : "-";
}

std::string bucket_line(std::string_view name, std::string_view label, const Totals& totals) {
    std::string kinds;
    for (const auto& [kind, seconds] : totals.seconds_by_kind.members())
        kinds += fmt::format("{}{}={}", kinds.empty() ? "" : ",", kind, seconds);
    return fmt::format("{} {} {} {} {} {} {}", name, label, totals.sessions, totals.seconds,
                       average_text(totals.average_mood_before), average_text(totals.average_mood_after), kinds);
}

std::string label_text(LocalDate label) {
    return format_date(label);
}
std::string label_text(const std::string& label) {
    return label;
}

template <Granularity kGranularity>
void add_series(Lines& lines, std::string_view name, const Series<kGranularity>& series) {
    const auto& items = series.items;
    lines.push_back(fmt::format("{} {} from {} to {}", name, items.size(), label_text(items.front().label),
                                label_text(items.back().label)));
    for (const auto& item : items)
        if (item.sessions != 0) lines.push_back(bucket_line(name, label_text(item.label), item));
    lines.push_back(bucket_line(name, "totals", series.totals));
}

void add_lifetime(Lines& lines, const Lifetime& lifetime) {
    auto last = lifetime.last_session_at ? std::to_string(lifetime.last_session_at->time_since_epoch().count()) : "-";
    lines.push_back(fmt::format("lifetime {} {} {} {} {}", lifetime.sessions, lifetime.seconds, last,
                                lifetime.streaks.current_days, lifetime.streaks.longest_days));
    for (const auto& reached : lifetime.milestones)
        lines.push_back(
            fmt::format("milestone {} {} {}", reached.kind, reached.value, reached.at.time_since_epoch().count()));
}

std::string effort_text(const SessionTotals& effort) {
    return fmt::format("{}/{}", effort.sessions, effort.seconds);
}

std::string summary_line(const Summary& summary) {
    auto best =
        summary.best_day ? fmt::format("{}/{}", format_date(summary.best_day->date), summary.best_day->seconds) : "-";
    return fmt::format("summary {} {} {:d} {} {} {} {} {} {} {} {} {}", summary.today.seconds,
                       summary.today.goal_seconds, summary.today.goal_reached, effort_text(summary.this_week),
                       effort_text(summary.last_week), effort_text(summary.this_month), effort_text(summary.last_month),
                       summary.streaks.current_days, summary.streaks.longest_days, best,
                       summary.favourite_kind.value_or("-"),
                       summary.favourite_hour ? std::to_string(*summary.favourite_hour) : "-");
}

void add_heatmap(Lines& lines, const Heatmap& heatmap) {
    lines.push_back(fmt::format("heatmap {} {}", heatmap.year, heatmap.days.size()));
    for (const auto& day : heatmap.days)
        if (day.seconds != 0 || day.level != 0)
            lines.push_back(fmt::format("heat {} {} {}", format_date(day.date), day.seconds, day.level));
}

Awaitable<Lines> read_analytics(postgres::Client& database, AnalyticsStore store, redis::Client& redis, UserId user,
                                const json::value& history) {
    ManualClock clock(time_of(history.at("now")));
    AnalyticsService service(store, LiveStatsCache(redis), clock);
    const auto& ranges = history.at("ask");
    auto rollup = range_of(ranges.at("rollup"));
    Lines lines;
    auto daily = co_await service.find_daily(user, range_of(ranges.at("daily")));
    add_series(lines, "daily", *daily);
    auto weekly = co_await service.find_weekly(user, rollup);
    add_series(lines, "weekly", *weekly);
    auto monthly = co_await service.find_monthly(user, rollup);
    add_series(lines, "monthly", *monthly);
    auto profile = co_await store.find_user(user);
    auto lifetime = co_await find_lifetime(database, user, user::today_of(*profile, clock.now()), profile->timezone);
    add_lifetime(lines, lifetime);
    auto summary = co_await service.find_summary(user);
    lines.push_back(summary_line(*summary));
    auto heatmap = co_await service.find_heatmap(user, static_cast<std::int32_t>(ranges.at("year").as_int64()));
    add_heatmap(lines, *heatmap);
    std::ranges::sort(lines);
    co_return lines;
}

// ---- the test

class OracleTest : public testing::Test {
protected:
    OracleTest() {
        run(io_, session_.connect());
        database_.start();
        run_until(io_, [&] { return database_.is_up(); });
    }
    void TearDown() override {
        database_.stop();
        postgres::run_to_end(io_);
    }

    // Runs all concurrently; returns when all are done.
    template <class Work>
    void do_all(std::size_t count, Work work) {
        std::size_t ended = 0;
        for (std::size_t i = 0; i < count; ++i)
            asio::co_spawn(io_, work(i), [&](std::exception_ptr fault) {
                ++ended;
                if (fault) std::rethrow_exception(fault);
            });
        run_until(io_, [&] { return ended == count; });
    }

    void compare(const std::vector<json::value>& histories) {
        std::vector<std::unique_ptr<HistoryReplay>> replays;
        for (const auto& history : histories)
            replays.push_back(std::make_unique<HistoryReplay>(database_, replicas_, history));
        do_all(replays.size(), [&](std::size_t i) { return replays[i]->replay(); });
        run(io_, pump_.handle_all());
        std::vector<Lines> actual(histories.size());
        do_all(replays.size(), [&](std::size_t i) {
            return keep(read_analytics(database_, AnalyticsStore(database_, replicas_), redis_, replays[i]->user(),
                                       histories[i]),
                        actual[i]);
        });
        for (std::size_t i = 0; i < histories.size(); ++i) {
            Lines expected;
            for (const auto& line : histories[i].at("expect").as_array()) expected.push_back(string_of(line));
            ASSERT_EQ(actual[i], expected) << json::serialize(histories[i]);
        }
    }

    static Awaitable<> keep(Awaitable<Lines> work, Lines& to) { to = co_await std::move(work); }

    asio::io_context io_;
    std::string conninfo_ = integration::create_migrated_database();
    postgres::Session session_{io_, {.conninfo = conninfo_}};
    postgres::Client database_{io_, {.conninfo = conninfo_, .connections = 2}};
    postgres::Replicas replicas_{io_, database_, {}};
    redis::Client redis_{io_, {}};  // unavailable
    EventPump pump_{session_};
};

// The oracle produces further histories while earlier ones are compared.
class Oracle {
public:
    Oracle() : output_(popen(command().c_str(), "r"), &pclose) {}

    // The next histories; none at the end of its output.
    std::vector<json::value> listen() {
        std::vector<json::value> histories;
        while (histories.size() < kAtOnce && getline(&line_, &capacity_, output_.get()) > 0)
            histories.push_back(json::parse(line_));
        return histories;
    }
    ~Oracle() { free(line_); }  // NOLINT(cppcoreguidelines-no-malloc): getline() allocates it
    Oracle(const Oracle&) = delete;
    Oracle& operator=(const Oracle&) = delete;

private:
    static std::string command() {
        const char* wanted = std::getenv("MINDSPACE_ORACLE_HISTORIES");
        return "exec python3 '" + integration::required_variable("MINDSPACE_SOURCE_DIR") +
               "/tests/oracle/histories.py' " + (wanted != nullptr ? wanted : "10000");
    }

    std::unique_ptr<FILE, int (*)(FILE*)> output_;
    char* line_ = nullptr;
    std::size_t capacity_ = 0;
};

TEST_F(OracleTest, EveryStatisticOfRandomHistoriesIsCorrect) {
    Oracle oracle;
    std::size_t compared = 0;
    for (auto histories = oracle.listen(); !histories.empty(); histories = oracle.listen()) {
        ASSERT_NO_FATAL_FAILURE(compare(histories));
        compared += histories.size();
    }
    EXPECT_GT(compared, 0U) << "the oracle produced no output";
}

}  // namespace
}  // namespace mindspace::analytics
