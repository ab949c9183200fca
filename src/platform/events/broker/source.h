#pragma once
// The transports with a broker: receives events as CloudEvents from the consumer's queue. Received events are held
// until they are handled, so a database outage causes no redelivery; they are acknowledged after the commit, together
// with the next receive.

#include "platform/events/broker/broker.h"
#include "platform/events/broker/dedicated_thread.h"
#include "platform/events/source.h"
#include "platform/events/stats.h"

namespace mindspace::events {

class BrokerSource final : public Source {
public:
    BrokerSource(asio::io_context& io, std::shared_ptr<Subscriber> subscriber)
        : thread_(io, "event-receiver", std::move(subscriber)) {}

    [[nodiscard]] postgres::Leadership leadership() const override { return postgres::Leadership::every_process; }
    Awaitable<> open(postgres::Session& session) override;
    Awaitable<Batch> receive(postgres::Session& session, std::size_t limit) override;
    Awaitable<> claim(postgres::Session& session, std::span<const Event> events) override;
    void settle(std::span<const Event> events) override;
    void settle_refused() override { unsettled_.refused.clear(); }
    void resign() override {}
    void stop() override;
    void collect(const std::string& consumer, telemetry::Page& page) const override {
        events::collect(consumer, stats_, page);
    }

private:
    DedicatedThread<Subscriber> thread_;
    Batch unsettled_;  // received but not settled yet
    BrokerSourceStats stats_;
    bool is_broken_ = true;  // held events are delivered again
    bool has_started_ = false;
    bool is_stopped_ = false;
};

}  // namespace mindspace::events
