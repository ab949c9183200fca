#include "platform/events/relay.h"

#include "platform/base/result.h"
#include "platform/events/blocking_line.h"
#include "platform/events/cloud_event.h"
#include "platform/postgres/backoff.h"
#include "platform/postgres/session.h"
#include "platform/telemetry/log.h"

#include <boost/asio/co_spawn.hpp>

namespace mindspace::events {

namespace {

constexpr std::int64_t kRelayBatch = 500;
constexpr Milliseconds kRelayConnectTimeout{15'000};
constexpr Milliseconds kPublishTimeout{15'000};

std::vector<Message> messages_of(const std::vector<Event>& events, std::string_view source) {
    std::vector<Message> messages;
    messages.reserve(events.size());
    for (const auto& event : events)
        messages.push_back({.key = event.user.to_string(),
                            .type = event.type,
                            .id = event_id(event.position),
                            .body = encode_cloud_event(event, source)});
    return messages;
}

}  // namespace

// What outlives the Relay until its coroutine has ended.
class Relay::Loop {
public:
    Loop(asio::io_context& io, OutboxOptions options, std::string source, std::shared_ptr<Publisher> publisher)
        : io_(io),
          name_(options.name),
          source_(std::move(source)),
          session_(io, {.conninfo = options.conninfo}),
          reader_(io, std::move(options)),
          line_(io, "event-relay", std::move(publisher)),
          backoff_(io) {}

    static Awaitable<> run(std::shared_ptr<Loop> self) {
        while (!self->is_stopped_) {
            try {
                co_await self->relay();
            } catch (const std::exception& fault) {
                self->report(fault.what());
            }
            self->reader_.resign();
            co_await self->backoff_.pause();
        }
    }

    void stop() {
        is_stopped_ = true;
        backoff_.stop();
        reader_.stop();
        line_.cut();
        session_.close();
    }

    [[nodiscard]] asio::io_context& io() const { return io_; }
    [[nodiscard]] const RelayStats& stats() const { return stats_; }
    void collect(telemetry::Page& page) const {
        events::collect(name_, reader_.stats(), page);
        events::collect(name_, stats_, page);
    }

private:
    // Until stopped, or until a fault that a new connection may mend. With the session goes the lead: while the broker
    // is away another process may try.
    Awaitable<> relay() {
        co_await session_.connect();
        co_await reader_.lead(session_);
        if (is_stopped_) co_return;
        auto connect = [](Publisher& publisher) { publisher.connect(); };
        co_await line_.call(connect, kRelayConnectTimeout);
        recover();
        while (!is_stopped_) {
            auto events = co_await reader_.next(session_, kRelayBatch);
            if (!events.empty()) co_await send(std::move(events));
        }
    }

    Awaitable<> send(std::vector<Event> events) {
        stats_.published.add(events.size());
        auto publish = [messages = messages_of(events, source_)](Publisher& publisher) { publisher.publish(messages); };
        try {
            co_await line_.call(std::move(publish), kPublishTimeout);
        } catch (const Unavailable&) {
            stats_.failures.add(1);
            throw;
        }
        stats_.confirmed.add(events.size());
        co_await reader_.move_to(session_, events.back().position);
        reader_.stand_at(events.back().position);
        recover();
    }

    // Once for an outage, however many attempts fail in it.
    void report(const char* fault) {
        if (is_stopped_ || is_failing_) return;
        is_failing_ = true;
        log::warn("events cannot be published, trying again",
                  {{"mindspace.consumer", name_}, {"error.message", fault}});
    }

    void recover() {
        backoff_.reset();
        if (is_failing_) log::info("events are published again", {{"mindspace.consumer", name_}});
        is_failing_ = false;
    }

    asio::io_context& io_;
    std::string name_;
    std::string source_;
    postgres::Session session_;
    OutboxReader reader_;
    BlockingLine<Publisher> line_;
    postgres::Backoff backoff_;
    bool is_failing_ = false;
    bool is_stopped_ = false;
    RelayStats stats_;
};

Relay::Relay(asio::io_context& io, OutboxOptions options, std::string source, std::shared_ptr<Publisher> publisher)
    : loop_(std::make_shared<Loop>(io, std::move(options), std::move(source), std::move(publisher))) {}

Relay::~Relay() {
    stop();
}

void Relay::start() {
    asio::co_spawn(loop_->io(), Loop::run(loop_), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
}

void Relay::stop() {
    loop_->stop();
}

const RelayStats& Relay::stats() const {
    return loop_->stats();
}

void Relay::collect(telemetry::Page& page) const {
    loop_->collect(page);
}

}  // namespace mindspace::events
