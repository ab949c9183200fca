#pragma once
// The transport `postgres`: reads events directly from the outbox. A batch and the position after it are one
// transaction, so everything that the handler writes happens exactly once, even after a crash.

#include "platform/events/outbox/reader.h"
#include "platform/events/source.h"

namespace mindspace::events {

class OutboxSource final : public Source {
public:
    OutboxSource(asio::io_context& io, OutboxOptions options) : reader_(io, std::move(options)) {}

    [[nodiscard]] postgres::Leadership leadership() const override { return postgres::Leadership::one_process; }
    Awaitable<> open(postgres::Session& session) override { return reader_.begin(session); }
    Awaitable<Batch> receive(postgres::Session& session, std::size_t limit) override;
    Awaitable<> claim(postgres::Session& session, std::span<const Event> events) override;
    void settle(std::span<const Event> events) override { reader_.position_at(events.back().position); }
    void settle_refused() override {}
    void resign() override { reader_.resign(); }
    void stop() override { reader_.stop(); }
    void collect(const std::string& consumer, telemetry::Page& page) const override;

private:
    OutboxReader reader_;
};

}  // namespace mindspace::events
