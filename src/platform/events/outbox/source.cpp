#include "platform/events/outbox/source.h"

namespace mindspace::events {

Awaitable<Batch> OutboxSource::receive(postgres::Session& session, std::size_t limit) {
    Batch batch;
    batch.events = co_await reader_.next(session, static_cast<std::int64_t>(limit));
    co_return batch;
}

Awaitable<> OutboxSource::claim(postgres::Session& session, std::span<const Event> events) {
    return reader_.move_to(session, events.back().position);
}

void OutboxSource::collect(const std::string& consumer, telemetry::Page& page) const {
    events::collect(consumer, reader_.stats(), page);
}

}  // namespace mindspace::events
