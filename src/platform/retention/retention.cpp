#include "platform/retention/retention.h"

#include "platform/postgres/session.h"
#include "platform/telemetry/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>

namespace mindspace::retention {

namespace {

constexpr std::int64_t kPortion = 1000;
constexpr int kMostPortions = 1000;  // of a rule in a run; the rest is for the next one
constexpr Milliseconds kBetweenPortions{10};
constexpr Milliseconds kAfterStart{1000};
constexpr Milliseconds kInterval{std::chrono::hours(1)};
constexpr Milliseconds kAfterFailure{std::chrono::minutes(1)};
constexpr std::int64_t kLock = 0x726574656E74696F;  // "retentio" in ASCII: no other advisory lock has it

Awaitable<std::int64_t> remove_rows(postgres::Session& session, const postgres::Statement* statement,
                                    Timestamp before) {
    auto rows = co_await session.query(*statement, before, kPortion);
    co_return rows.affected();
}

}  // namespace

Rule rows(std::string name, const postgres::Statement& statement, Seconds kept) {
    return {.name = std::move(name), .remove = [&statement, kept](postgres::Session& session, Timestamp now) {
                return remove_rows(session, &statement, now - kept);
            }};
}

Stats::Stats(const Rules& declared) {
    std::ranges::transform(declared, std::back_inserter(rules), [](const Rule& rule) {
        auto stats = std::make_unique<RuleStats>();
        stats->name = rule.name;
        return stats;
    });
}

void collect(const Stats& stats, telemetry::Page& page) {
    page.counter("mindspace_retention_runs", "Runs of the retention job in this process.", stats.runs.value());
    page.counter("mindspace_retention_failures", "Runs that did not come to their end.", stats.failures.value());
    page.gauge("mindspace_retention_last_run_timestamp_seconds", "When the last run ended; 0: none here.",
               stats.last_run_at.value());
    for (const auto& rule : stats.rules)
        page.counter("mindspace_retention_removed", "Rows or partitions that had served their time.",
                     rule->removed.value(), {{"what", rule->name}});
}

// What outlives the Job until its coroutine has ended.
class Job::Loop {
public:
    Loop(asio::io_context& io, std::string conninfo, Rules rules)
        : io_(io),
          rules_(std::move(rules)),
          stats_(rules_),
          session_(io, {.conninfo = std::move(conninfo)}),
          timer_(io) {}

    static Awaitable<> run(std::shared_ptr<Loop> self) {
        auto pause = kAfterStart;
        while (true) {
            co_await self->wait(pause);
            if (self->is_stopped_) co_return;
            pause = kInterval;
            try {
                co_await self->work();
            } catch (const std::exception& fault) {
                if (self->is_stopped_) co_return;
                self->stats_.failures.add(1);
                log::warn("retention could not end, trying again", {{"error.message", fault.what()}});
                pause = kAfterFailure;
            }
            self->session_.close();  // and with it the lock
        }
    }

    void stop() {
        is_stopped_ = true;
        timer_.cancel();
        session_.close();
    }

    [[nodiscard]] asio::io_context& io() const { return io_; }
    [[nodiscard]] const Stats& stats() const { return stats_; }

private:
    Awaitable<> work() {
        co_await session_.connect();
        if (!co_await session_.try_advisory_lock(kLock)) co_return;  // another process is at it
        std::string summary;
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            auto removed = co_await carry_out(rules_[i]);
            stats_.rules[i]->removed.add(static_cast<std::uint64_t>(removed));
            summary += (i == 0 ? "" : ", ") + rules_[i].name + " " + std::to_string(removed);
        }
        auto now = SystemClock().now();
        stats_.runs.add(1);
        stats_.last_run_at.set(std::chrono::floor<Seconds>(now).time_since_epoch().count());
        log::info("retention has run", {{"event.action", "retention"}, {"mindspace.removed", summary}});
    }

    Awaitable<std::int64_t> carry_out(const Rule& rule) {
        auto now = SystemClock().now();
        std::int64_t removed = 0;
        for (int portion = 0; portion < kMostPortions; ++portion) {
            auto count = co_await rule.remove(session_, now);
            if (count == 0) break;
            removed += count;
            co_await wait(kBetweenPortions);
        }
        co_return removed;
    }

    Awaitable<> wait(Milliseconds time) {
        if (is_stopped_) co_return;
        timer_.expires_after(time);
        boost::system::error_code stopped;  // the caller finds out
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    }

    asio::io_context& io_;
    Rules rules_;
    Stats stats_;
    postgres::Session session_;
    asio::steady_timer timer_;
    bool is_stopped_ = false;
};

Job::Job(asio::io_context& io, std::string conninfo, Rules rules)
    : loop_(std::make_shared<Loop>(io, std::move(conninfo), std::move(rules))) {}

Job::~Job() {
    stop();
}

void Job::start() {
    asio::co_spawn(loop_->io(), Loop::run(loop_), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
}

void Job::stop() {
    loop_->stop();
}

const Stats& Job::stats() const {
    return loop_->stats();
}

}  // namespace mindspace::retention
