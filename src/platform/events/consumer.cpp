#include "platform/events/consumer.h"

#include "platform/async/backoff.h"
#include "platform/async/cancellation.h"
#include "platform/base/result.h"
#include "platform/events/cloud_event.h"
#include "platform/events/dead_letters.h"
#include "platform/postgres/connection/session.h"
#include "platform/telemetry/log/log.h"

#include <algorithm>
#include <optional>

namespace mindspace::events {

namespace {

constexpr std::size_t kBatchSize = 500;
constexpr int kMaxAttempts = 5;
// After a batch that was not full, so that under load the next one has more events: a batch has a fixed cost.
constexpr Milliseconds kPause{40};

}  // namespace

class Consumer::Work final : public postgres::Work {
public:
    Work(const ConsumerOptions& options, std::unique_ptr<Source> source, Handler handler)
        : name_(options.name),
          tracing_(options.tracing),
          source_(std::move(source)),
          handler_(std::move(handler)),
          on_commit_(options.on_commit),
          stats_(options.types) {}

    Awaitable<> begin(postgres::Session& session) override {
        co_await source_->open(session);
        stats_.is_leader.set(1);
    }

    Awaitable<Milliseconds> run_once(postgres::Session& session) override {
        auto batch = co_await source_->receive(session, limit_);
        stats_.redelivered.add(batch.redelivered);
        if (!batch.refused.empty()) co_await move_all_to_dead_letters(session, std::move(batch.refused));
        for (std::span<const Event> rest(batch.events); !rest.empty();) {
            auto part = rest.first(std::min(limit_, rest.size()));
            co_await handle(session, part);
            rest = rest.subspan(part.size());
        }
        const auto pause = batch.events.empty() || batch.events.size() >= limit_ ? Milliseconds(0) : kPause;
        limit_ = kBatchSize;
        co_return pause;
    }

    void end() override {
        stats_.is_leader.set(0);
        source_->resign();
    }

    void stop() { source_->stop(); }

    [[nodiscard]] postgres::Leadership leadership() const { return source_->leadership(); }
    [[nodiscard]] const ConsumerStats& stats() const { return stats_; }
    void collect(telemetry::Page& page) const {
        events::collect(name_, stats_, page);
        source_->collect(name_, page);
    }

private:
    // Handles all events, in order; finds those that the handler rejects by halving the batch.
    Awaitable<> handle(postgres::Session& session, std::span<const Event> events) {
        for (int attempts = 1;; ++attempts) {
            auto refusal = co_await attempt(session, events);
            if (!refusal) co_return;
            if (events.size() > 1) {
                auto half = events.size() / 2;
                co_await handle(session, events.first(half));
                co_await handle(session, events.subspan(half));
                co_return;
            }
            if (attempts == kMaxAttempts) {
                co_await move_last_to_dead_letters(session, events, *refusal);
                co_return;
            }
            co_await backoff_.pause();
        }
    }

    // One transaction. Returns nullopt on success, otherwise why the events were rejected. Fault: Unavailable.
    Awaitable<std::optional<std::string>> attempt(postgres::Session& session, std::span<const Event> events) {
        std::string refusal;
        const EventSpans spans(tracing_, EventStep::process, name_);
        try {
            co_await session.execute("BEGIN");
            co_await source_->claim(session, events);
            co_await handler_(session, events);
            co_await session.execute("COMMIT");
            on_commit_();
            settle(events);
            count(events);
            spans.record(events);
            co_return std::nullopt;
        } catch (const Unavailable&) {
            // The batch may take longer than the statement timeout.
            limit_ = std::max<std::size_t>(limit_ / 2, 1);
            throw;
        } catch (const std::exception& fault) {
            if (is_cancellation(fault)) throw;
            refusal = fault.what();
        }
        co_await session.execute("ROLLBACK");
        co_return refusal;
    }

    Awaitable<> move_last_to_dead_letters(postgres::Session& session, std::span<const Event> event,
                                          std::string refusal) {
        const EventSpans spans(tracing_, EventStep::process, name_);
        co_await session.execute("BEGIN");
        co_await source_->claim(session, event);
        co_await move_to_dead_letters(session, name_, event.front(), refusal);
        co_await session.execute("COMMIT");
        settle(event);
        spans.record(event, "dead_letter");
        report_dead(event.front(), refusal);
    }

    Awaitable<> move_all_to_dead_letters(postgres::Session& session, std::vector<Refused> refused) {
        for (const auto& [event, reason] : refused) {
            co_await move_to_dead_letters(session, name_, event, reason);
            report_dead(event, reason);
        }
        source_->settle_refused();
    }

    void settle(std::span<const Event> events) {
        source_->settle(events);
        backoff_.reset();
    }

    void report_dead(const Event& event, const std::string& reason) {
        stats_.dead_letters.add(1);
        log::error("event moved to dead letters", {{"event.action", event.type},
                                                   {"user.id", event.user.to_string()},
                                                   {"mindspace.consumer", name_},
                                                   {"mindspace.event.id", event_id(event.position)},
                                                   {"error.message", reason}});
    }

    void count(std::span<const Event> events) {
        for (const auto& event : events) stats_.count(event.type);
        stats_.batches.add(1);
        stats_.lag_milliseconds.set((SystemClock().now() - events.back().occurred_at).count());
    }

    std::string name_;
    EventTracing tracing_;
    std::unique_ptr<Source> source_;
    Handler handler_;
    std::function<void()> on_commit_;
    Backoff backoff_;
    std::size_t limit_ = kBatchSize;
    ConsumerStats stats_;
};

Consumer::Consumer(asio::io_context& io, ConsumerOptions options, std::unique_ptr<Source> source, Handler handler)
    : work_(std::make_shared<Work>(options, std::move(source), std::move(handler))),
      leader_(io,
              {.name = "events." + options.name,
               .conninfo = std::move(options.conninfo),
               .leadership = work_->leadership()},
              work_) {}

Consumer::~Consumer() {
    stop();
}

void Consumer::start() {
    leader_.start();
}

void Consumer::stop() {
    leader_.stop();
    work_->stop();
}

const ConsumerStats& Consumer::stats() const {
    return work_->stats();
}

void Consumer::collect(telemetry::Page& page) const {
    work_->collect(page);
}

}  // namespace mindspace::events
