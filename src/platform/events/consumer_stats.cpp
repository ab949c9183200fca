#include "platform/events/consumer_stats.h"

namespace mindspace::events {

void collect(const std::string& consumer, const ConsumerStats& stats, telemetry::Page& page) {
    const telemetry::Labels labels{{"consumer", consumer}};
    page.counter("mindspace_events_handled", "Events handled by this process.", stats.events.value(), labels);
    page.counter("mindspace_event_batches", "Transactions in which events were handled.", stats.batches.value(),
                 labels);
    page.counter("mindspace_event_dead_letters", "Events put aside because they could not be handled.",
                 stats.dead_letters.value(), labels);
    page.gauge("mindspace_event_lag_milliseconds", "From the occurrence of the last event to its handling.",
               stats.lag_milliseconds.value(), labels);
    page.gauge("mindspace_event_consumer_leader", "1 in the one process that handles the events.",
               stats.is_leader.value(), labels);
}

}  // namespace mindspace::events
