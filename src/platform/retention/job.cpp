#include "platform/retention/job.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/postgres/connection/session.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::retention {

namespace {

constexpr int kMaxBatches = 1000;  // per rule and run; the next run continues with the rest
constexpr Milliseconds kBatchPause{10};
constexpr Milliseconds kInterval{std::chrono::hours(1)};
constexpr Milliseconds kRetryPause{std::chrono::minutes(1)};

}  // namespace

class Job::Work final : public postgres::Work {
public:
    explicit Work(Rules rules) : rules_(std::move(rules)) {
        for (const auto& rule : rules_) stats_.rules.emplace_back(rule.name);
    }

    Awaitable<Milliseconds> run_once(postgres::Session& session) override {
        try {
            co_await apply_all(session);
            co_return kInterval;
        } catch (const Unavailable&) {
            stats_.failures.add(1);
            throw;
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            stats_.failures.add(1);
            log::warn("retention failed, retrying", {{"error.message", fault.what()}});
            co_return kRetryPause;
        }
    }

    [[nodiscard]] const Stats& stats() const { return stats_; }

private:
    Awaitable<> apply_all(postgres::Session& session) {
        std::string summary;
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            auto removed = co_await apply(session, rules_[i]);
            stats_.rules[i].removed.add(static_cast<std::uint64_t>(removed));
            summary += (i == 0 ? "" : ", ") + rules_[i].name + " " + std::to_string(removed);
        }
        auto now = SystemClock().now();
        stats_.runs.add(1);
        stats_.last_run_at.set(std::chrono::floor<Seconds>(now).time_since_epoch().count());
        log::info("retention has run", {{"event.action", "retention"}, {"mindspace.removed", summary}});
    }

    Awaitable<std::int64_t> apply(postgres::Session& session, const Rule& rule) {
        auto now = SystemClock().now();
        std::int64_t removed = 0;
        for (int batch = 0; batch < kMaxBatches; ++batch) {
            auto count = co_await rule.remove(session, now);
            if (count == 0) break;
            removed += count;
            co_await sleep_for(kBatchPause);
        }
        co_return removed;
    }

    Rules rules_;
    Stats stats_;
};

Job::Job(asio::io_context& io, std::string conninfo, Rules rules)
    : work_(std::make_shared<Work>(std::move(rules))),
      leader_(io, {.name = "retention", .conninfo = std::move(conninfo)}, work_) {}

Job::~Job() = default;

void Job::start() {
    leader_.start();
}

void Job::stop() {
    leader_.stop();
}

const Stats& Job::stats() const {
    return work_->stats();
}

void Job::collect(telemetry::Page& page) const {
    const auto& stats = work_->stats();
    page.counter("mindspace_retention_runs", "Runs of the retention job in this process.", stats.runs.value());
    page.counter("mindspace_retention_failures", "Failed runs of the retention job.", stats.failures.value());
    page.gauge("mindspace_retention_last_run_timestamp_seconds",
               "When the last run of the retention job ended, since 1970; 0: not in this process.",
               stats.last_run_at.value());
    for (const auto& rule : stats.rules)
        page.counter("mindspace_retention_removed", "Rows or partitions removed by retention.", rule.removed.value(),
                     {{"what", rule.name}});
}

}  // namespace mindspace::retention
