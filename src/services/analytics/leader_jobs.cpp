#include "services/analytics/leader_jobs.h"

#include "platform/postgres/connection/session.h"
#include "platform/telemetry/log/log.h"
#include "services/analytics/global/now.h"
#include "services/analytics/global/refresh.h"
#include "services/analytics/verification/verify.h"
#include "services/user/client.h"

#include <algorithm>
#include <chrono>

namespace mindspace::analytics {

namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kNowInterval{500};
constexpr Milliseconds kRefreshTimeout{600'000};  // per statement: they read everything
constexpr Milliseconds kVerifyTimeout{60'000};
constexpr std::int64_t kSample = 1000;
constexpr Milliseconds kMaxWait{30'000};  // for events in flight
constexpr int kShare = 10;                // no job takes more than a tenth of the time

Milliseconds pause_after(steady_clock::time_point began_at, Milliseconds interval) {
    auto took = std::chrono::duration_cast<Milliseconds>(steady_clock::now() - began_at);
    return std::max(interval, (kShare - 1) * took);
}

postgres::LeaderOptions leader_options(const std::string& conninfo, std::string job, Milliseconds timeout) {
    return {.name = std::move(job), .conninfo = conninfo, .query_timeout = timeout};
}

class CountNow final : public postgres::Work {
public:
    CountNow(redis::Client& redis, std::shared_ptr<LeaderJobsStats> stats)
        : live_stats_(redis), stats_(std::move(stats)) {}

    Awaitable<Milliseconds> run_once(postgres::Session& session) override {
        auto began_at = steady_clock::now();
        if (!live_stats_.is_available()) co_return kNowInterval;
        auto now = co_await count_now(session, SystemClock{}.now());
        stats_->meditating.set(now.meditating);
        stats_->groups_running.set(now.groups_running);
        co_await live_stats_.publish(now);
        co_return pause_after(began_at, kNowInterval);
    }

    // The next leader shows them.
    void end() override {
        stats_->meditating.set(0);
        stats_->groups_running.set(0);
    }

private:
    LiveStatsCache live_stats_;
    std::shared_ptr<LeaderJobsStats> stats_;
};

class Refresh final : public postgres::Work {
public:
    Refresh(std::shared_ptr<LeaderJobsStats> stats, Milliseconds interval)
        : stats_(std::move(stats)), interval_(interval) {}

    Awaitable<Milliseconds> run_once(postgres::Session& session) override {
        auto began_at = steady_clock::now();
        if (co_await refresh_global(session)) {
            auto took = std::chrono::duration_cast<Milliseconds>(steady_clock::now() - began_at);
            stats_->refreshes.add(1);
            stats_->refresh_milliseconds.set(took.count());
            log::debug("global statistics refreshed",
                       {{"event.duration", Milliseconds(took) / std::chrono::nanoseconds(1)}});
        }
        co_return pause_after(began_at, interval_);
    }

private:
    std::shared_ptr<LeaderJobsStats> stats_;
    Milliseconds interval_;
};

class VerifySample final : public postgres::Work {
public:
    VerifySample(std::shared_ptr<LeaderJobsStats> stats, Seconds interval)
        : stats_(std::move(stats)), interval_(interval) {}

    Awaitable<Milliseconds> run_once(postgres::Session& session) override {
        auto users = co_await user::sample_users(session, kSample);
        auto found = co_await verify(session, std::move(users), kMaxWait);
        stats_->verified_users.add(static_cast<std::uint64_t>(found.users));
        stats_->diverging_users.add(found.diverging.size());
        stats_->undecided_users.add(found.undecided.size());
        for (auto user : found.diverging)
            log::error("analytics differ from the history; run `mindspace analytics rebuild --user`",
                       {{"user.id", user.to_string()}});
        log::info("analytics compared with the history", {{"mindspace.users", found.users},
                                                          {"mindspace.diverging", std::ssize(found.diverging)},
                                                          {"mindspace.undecided", std::ssize(found.undecided)}});
        co_return interval_;
    }

private:
    std::shared_ptr<LeaderJobsStats> stats_;
    Seconds interval_;
};

}  // namespace

LeaderJobs::LeaderJobs(asio::io_context& io, redis::Client& redis, LeaderJobsOptions options)
    : stats_(std::make_shared<LeaderJobsStats>()),
      now_(io, leader_options(options.conninfo, "analytics.now", Milliseconds(5000)),
           std::make_shared<CountNow>(redis, stats_)),
      refresher_(io, leader_options(options.conninfo, "analytics.refresh", kRefreshTimeout),
                 std::make_shared<Refresh>(stats_, options.refresh_interval)),
      verifier_(io, leader_options(options.conninfo, "analytics.verify", kVerifyTimeout),
                std::make_shared<VerifySample>(stats_, options.verify_interval)) {}

void LeaderJobs::start() {
    now_.start();
    refresher_.start();
    verifier_.start();
}

void LeaderJobs::stop() {
    now_.stop();
    refresher_.stop();
    verifier_.stop();
}

void collect(const LeaderJobsStats& stats, telemetry::Page& page) {
    page.gauge("mindspace_meditating_people", "People who meditate now, in the one process that counts them.",
               stats.meditating.value());
    page.gauge("mindspace_groups_running", "Groups that run now, in the one process that counts them.",
               stats.groups_running.value());
    page.counter("mindspace_analytics_refreshes", "Refreshes of the global statistics.", stats.refreshes.value());
    page.gauge("mindspace_analytics_refresh_seconds", "How long the last refresh took.",
               Milliseconds(stats.refresh_milliseconds.value()));
    page.counter("mindspace_analytics_verified_users", "Users whose analytics were compared with their history.",
                 stats.verified_users.value());
    page.counter("mindspace_analytics_divergence", "Users whose analytics differed from their history.",
                 stats.diverging_users.value());
    page.counter("mindspace_analytics_undecided_users", "Users whose events were in flight for too long to decide.",
                 stats.undecided_users.value());
}

}  // namespace mindspace::analytics
