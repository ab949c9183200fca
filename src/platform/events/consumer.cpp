#include "platform/events/consumer.h"

#include "platform/base/result.h"
#include "platform/events/cloud_event.h"
#include "platform/events/dead_letters.h"
#include "platform/postgres/backoff.h"
#include "platform/postgres/session.h"
#include "platform/telemetry/log.h"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <optional>

namespace mindspace::events {

namespace {

constexpr std::size_t kBatchSize = 500;
constexpr int kTriesOfOneEvent = 5;

}  // namespace

// What outlives the Consumer until its coroutine has ended.
class Consumer::Loop {
public:
    Loop(asio::io_context& io, ConsumerOptions options, std::unique_ptr<Source> source, Handler handler)
        : io_(io),
          name_(std::move(options.name)),
          source_(std::move(source)),
          handler_(std::move(handler)),
          session_(io, {.conninfo = std::move(options.conninfo)}),
          backoff_(io) {}

    static Awaitable<> run(std::shared_ptr<Loop> self) {
        while (!self->is_stopped_) {
            try {
                co_await self->consume();
            } catch (const std::exception& fault) {
                self->report(fault.what());
            }
            self->stats_.is_leader.set(0);
            self->source_->resign();
            co_await self->backoff_.pause();
        }
    }

    void stop() {
        is_stopped_ = true;
        backoff_.stop();
        source_->stop();
        session_.close();
    }

    [[nodiscard]] asio::io_context& io() const { return io_; }
    [[nodiscard]] const ConsumerStats& stats() const { return stats_; }
    void collect(telemetry::Page& page) const {
        events::collect(name_, stats_, page);
        source_->collect(name_, page);
    }

private:
    // Until stopped, or until a fault that a new connection may mend.
    Awaitable<> consume() {
        co_await session_.connect();
        co_await source_->open(session_);
        stats_.is_leader.set(1);
        while (!is_stopped_) {
            auto batch = co_await source_->receive(session_, limit_);
            stats_.redelivered.add(batch.redelivered);
            if (!batch.refused.empty()) co_await put_aside_all(std::move(batch.refused));
            for (std::span<const Event> rest(batch.events); !rest.empty();) {
                auto part = rest.first(std::min(limit_, rest.size()));
                co_await handle(part);
                rest = rest.subspan(part.size());
            }
            recover();
        }
    }

    // All of the events, in order; those that the handler refuses are singled out by halving.
    Awaitable<> handle(std::span<const Event> events) {
        for (int tries = 1;; ++tries) {
            auto refusal = co_await attempt(events);
            if (!refusal) co_return;
            if (events.size() > 1) {
                auto half = events.size() / 2;
                co_await handle(events.first(half));
                co_await handle(events.subspan(half));
                co_return;
            }
            if (tries == kTriesOfOneEvent) {
                co_await give_up(events, *refusal);
                co_return;
            }
            co_await backoff_.pause();
        }
    }

    // One transaction. Nothing when it is done, otherwise why it was refused. Fault: Unavailable.
    Awaitable<std::optional<std::string>> attempt(std::span<const Event> events) {
        std::string refusal;
        try {
            co_await session_.execute("BEGIN");
            co_await source_->claim(session_, events);
            co_await handler_(session_, events);
            co_await session_.execute("COMMIT");
            settle(events);
            count(events);
            co_return std::nullopt;
        } catch (const Unavailable&) {
            // Perhaps the batch takes longer than a statement may.
            limit_ = std::max<std::size_t>(limit_ / 2, 1);
            throw;
        } catch (const std::exception& fault) {
            refusal = fault.what();
        }
        co_await session_.execute("ROLLBACK");
        co_return refusal;
    }

    Awaitable<> give_up(std::span<const Event> event, std::string refusal) {
        co_await session_.execute("BEGIN");
        co_await source_->claim(session_, event);
        co_await put_aside(session_, name_, event.front(), refusal);
        co_await session_.execute("COMMIT");
        settle(event);
        report_dead(event.front(), refusal);
    }

    Awaitable<> put_aside_all(std::vector<Refused> refused) {
        for (const auto& [event, reason] : refused) {
            co_await put_aside(session_, name_, event, reason);
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
        log::error("event put aside", {{"event.action", event.type},
                                       {"user.id", event.user.to_string()},
                                       {"mindspace.consumer", name_},
                                       {"mindspace.event.id", event_id(event.position)},
                                       {"error.message", reason}});
    }

    void count(std::span<const Event> events) {
        stats_.events.add(events.size());
        stats_.batches.add(1);
        stats_.lag_milliseconds.set((SystemClock().now() - events.back().occurred_at).count());
    }

    // Once for an outage, however many attempts fail in it.
    void report(const char* fault) {
        if (is_stopped_ || is_failing_) return;
        is_failing_ = true;
        log::warn("events cannot be handled, trying again", {{"mindspace.consumer", name_}, {"error.message", fault}});
    }

    void recover() {
        backoff_.reset();
        limit_ = kBatchSize;
        if (is_failing_) log::info("events are handled again", {{"mindspace.consumer", name_}});
        is_failing_ = false;
    }

    asio::io_context& io_;
    std::string name_;
    std::unique_ptr<Source> source_;
    Handler handler_;
    postgres::Session session_;
    postgres::Backoff backoff_;
    std::size_t limit_ = kBatchSize;
    bool is_failing_ = false;
    bool is_stopped_ = false;
    ConsumerStats stats_;
};

Consumer::Consumer(asio::io_context& io, ConsumerOptions options, std::unique_ptr<Source> source, Handler handler)
    : loop_(std::make_shared<Loop>(io, std::move(options), std::move(source), std::move(handler))) {}

Consumer::~Consumer() {
    stop();
}

void Consumer::start() {
    asio::co_spawn(loop_->io(), Loop::run(loop_), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
}

void Consumer::stop() {
    loop_->stop();
}

const ConsumerStats& Consumer::stats() const {
    return loop_->stats();
}

void Consumer::collect(telemetry::Page& page) const {
    loop_->collect(page);
}

}  // namespace mindspace::events
