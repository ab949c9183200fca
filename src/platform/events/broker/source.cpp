#include "platform/events/broker/source.h"

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/events/cloud_event.h"

#include <cstring>
#include <utility>

namespace mindspace::events {

namespace {

constexpr Milliseconds kConnectTimeout{15'000};
constexpr Milliseconds kReceiveTimeout{10'000};
constexpr Milliseconds kPollTimeout{100};

// Stored in dead_letters for inspection; keeps the same id when the message is delivered again.
Event unreadable(const std::string& body) {
    auto digest = sha256(as_bytes(body));
    std::int64_t id = 0;
    std::memcpy(&id, digest.data(), sizeof id);
    return {.position = {.xid = "0", .id = id & INT64_MAX},
            .type = "unreadable",
            .payload = '"' + base64url_encode(as_bytes(body)) + '"',
            .occurred_at = SystemClock().now()};
}

Batch read_batch(const std::vector<Received>& messages) {
    Batch batch;
    for (const auto& message : messages) {
        auto event = decode_cloud_event(message.body);
        if (message.is_redelivered) ++batch.redelivered;
        if (!event)
            batch.refused.push_back({.event = unreadable(message.body), .reason = event.error().detail});
        else if (message.is_dead)
            batch.refused.push_back({.event = std::move(*event), .reason = "the broker has delivered it too often"});
        else
            batch.events.push_back(std::move(*event));
    }
    return batch;
}

}  // namespace

Awaitable<> BrokerSource::open(postgres::Session&) {
    if (!is_broken_ || is_stopped_) co_return;
    unsettled_ = {};
    auto connect = [](Subscriber& subscriber) { subscriber.connect(); };
    co_await thread_.call(connect, kConnectTimeout);
    if (std::exchange(has_started_, true)) stats_.restarts.add(1);
    is_broken_ = false;
}

Awaitable<Batch> BrokerSource::receive(postgres::Session&, std::size_t limit) {
    if (unsettled_.events.empty() && unsettled_.refused.empty() && !is_stopped_) {
        is_broken_ = true;
        auto receive = [limit](Subscriber& subscriber) {
            subscriber.acknowledge();
            return subscriber.receive(limit, kPollTimeout);
        };
        auto messages = co_await thread_.call(receive, kReceiveTimeout);
        is_broken_ = false;
        unsettled_ = read_batch(messages);
    }
    co_return unsettled_;
}

// Another process may have handled these events before, but by the same rules: the handler tolerates repetition.
Awaitable<> BrokerSource::claim(postgres::Session&, std::span<const Event>) {
    co_return;
}

void BrokerSource::settle(std::span<const Event> events) {
    unsettled_.events.erase(unsettled_.events.begin(), unsettled_.events.begin() + std::ssize(events));
    unsettled_.redelivered = 0;
}

void BrokerSource::stop() {
    is_stopped_ = true;
    thread_.cut();
}

}  // namespace mindspace::events
