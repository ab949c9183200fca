#include "platform/events/stats.h"

namespace mindspace::events {

namespace {

constexpr const char* kOtherTypes = "other";

}  // namespace

ConsumerStats::ConsumerStats(const std::vector<std::string>& types) {
    for (const auto& type : types) by_type.try_emplace(type);
    by_type.try_emplace(kOtherTypes);
}

void ConsumerStats::count(const std::string& type) {
    const auto found = by_type.find(type);
    (found != by_type.end() ? found->second : by_type.at(kOtherTypes)).add(1);
}

std::uint64_t ConsumerStats::handled() const {
    std::uint64_t total = 0;
    for (const auto& [type, counter] : by_type) total += counter.value();
    return total;
}

void collect(const std::string& consumer, const ConsumerStats& stats, telemetry::Page& page) {
    const telemetry::Labels labels{{"consumer", consumer}};
    for (const auto& [type, counter] : stats.by_type)
        page.counter("mindspace_events_handled", "Events handled by this process.", counter.value(),
                     {{"consumer", consumer}, {"type", type}});
    page.counter("mindspace_event_batches", "Transactions in which events were handled.", stats.batches.value(),
                 labels);
    page.counter("mindspace_event_dead_letters", "Events moved to dead letters because they could not be handled.",
                 stats.dead_letters.value(), labels);
    page.counter("mindspace_events_redelivered", "Events that the broker delivered again.", stats.redelivered.value(),
                 labels);
    page.gauge("mindspace_event_lag_seconds", "Time from the occurrence of the last event to its handling.",
               Milliseconds(stats.lag_milliseconds.value()), labels);
    page.gauge("mindspace_event_consumer_leader", "1 in a process that is ready to handle events.",
               stats.is_leader.value(), labels);
}

void collect(const std::string& consumer, const BrokerSourceStats& stats, telemetry::Page& page) {
    page.counter("mindspace_event_consumer_restarts",
                 "New connections of the consumer to the broker after a fault or a stall.", stats.restarts.value(),
                 {{"consumer", consumer}});
}

void collect(const std::string& consumer, const OutboxStats& stats, telemetry::Page& page) {
    const telemetry::Labels labels{{"consumer", consumer}};
    page.gauge("mindspace_outbox_leader", "1 in the one process that reads the outbox.", stats.is_leader.value(),
               labels);
    page.gauge("mindspace_outbox_depth", "Events in the outbox that have not been read; 100000 may be more.",
               stats.depth.value(), labels);
    page.gauge("mindspace_outbox_oldest_seconds", "Age of the first event that has not been read.",
               Milliseconds(stats.oldest_milliseconds.value()), labels);
    page.gauge("mindspace_outbox_default_rows", "Events in the partition that should be empty; 1000 may be more.",
               stats.default_rows.value(), labels);
}

void collect(const std::string& consumer, const RelayStats& stats, telemetry::Page& page) {
    const telemetry::Labels labels{{"consumer", consumer}};
    page.counter("mindspace_events_published", "Events sent to the broker, failed attempts included.",
                 stats.published.value(), labels);
    page.counter("mindspace_events_confirmed", "Events that the broker has confirmed.", stats.confirmed.value(),
                 labels);
    page.counter("mindspace_event_publish_failures", "Batches of events that had to be sent to the broker again.",
                 stats.failures.value(), labels);
}

}  // namespace mindspace::events
