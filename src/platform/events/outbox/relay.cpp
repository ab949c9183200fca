#include "platform/events/outbox/relay.h"

#include "platform/base/result.h"
#include "platform/events/broker/dedicated_thread.h"
#include "platform/events/cloud_event.h"
#include "platform/postgres/connection/session.h"

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

postgres::LeaderOptions leader_of(const OutboxOptions& options) {
    return {.name = "events." + options.name, .conninfo = options.conninfo};
}

}  // namespace

class Relay::Work final : public postgres::Work {
public:
    Work(asio::io_context& io, OutboxOptions options, std::string source, std::shared_ptr<Publisher> publisher)
        : name_(options.name),
          tracing_(options.tracing),
          source_(std::move(source)),
          reader_(io, std::move(options)),
          thread_(io, "event-relay", std::move(publisher)) {}

    // A broker fault ends the lead too: if the broker is unreachable from this process, another one may try.
    Awaitable<> begin(postgres::Session& session) override {
        co_await reader_.begin(session);
        auto connect = [](Publisher& publisher) { publisher.connect(); };
        co_await thread_.call(connect, kRelayConnectTimeout);
    }

    Awaitable<Milliseconds> run_once(postgres::Session& session) override {
        auto events = co_await reader_.next(session, kRelayBatch);
        if (!events.empty()) co_await send(session, std::move(events));
        co_return Milliseconds(0);
    }

    void end() override { reader_.resign(); }

    void stop() {
        reader_.stop();
        thread_.cut();
    }

    [[nodiscard]] const RelayStats& stats() const { return stats_; }
    void collect(telemetry::Page& page) const {
        events::collect(name_, reader_.stats(), page);
        events::collect(name_, stats_, page);
    }

private:
    Awaitable<> send(postgres::Session& session, std::vector<Event> events) {
        stats_.published.add(events.size());
        EventSpans spans(tracing_, EventStep::send, name_);
        spans.follow(events);
        auto publish = [messages = messages_of(events, source_)](Publisher& publisher) { publisher.publish(messages); };
        try {
            co_await thread_.call(std::move(publish), kPublishTimeout);
        } catch (const Unavailable&) {
            stats_.failures.add(1);
            spans.record(events, "unavailable");
            throw;
        }
        spans.record(events);
        stats_.confirmed.add(events.size());
        co_await reader_.move_to(session, events.back().position);
        reader_.position_at(events.back().position);
    }

    std::string name_;
    EventTracing tracing_;
    std::string source_;
    OutboxReader reader_;
    DedicatedThread<Publisher> thread_;
    RelayStats stats_;
};

Relay::Relay(asio::io_context& io, OutboxOptions options, std::string source, std::shared_ptr<Publisher> publisher)
    : work_(std::make_shared<Work>(io, options, std::move(source), std::move(publisher))),
      leader_(io, leader_of(options), work_) {}

Relay::~Relay() {
    stop();
}

void Relay::start() {
    leader_.start();
}

void Relay::stop() {
    leader_.stop();
    work_->stop();
}

const RelayStats& Relay::stats() const {
    return work_->stats();
}

void Relay::collect(telemetry::Page& page) const {
    work_->collect(page);
}

}  // namespace mindspace::events
