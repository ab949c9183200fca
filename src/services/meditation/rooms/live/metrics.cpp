#include "services/meditation/rooms/live/metrics.h"

#include "platform/telemetry/metrics/sum.h"

namespace mindspace::meditation {

void collect(const std::vector<const LiveMetrics*>& cores, telemetry::Page& page) {
    const auto add = [&](auto metric) {
        return telemetry::sum(cores, [&](const LiveMetrics& core) { return (core.*metric).value(); });
    };
    const auto gauge = [&](auto metric) { return static_cast<std::int64_t>(add(metric)); };
    page.gauge("mindspace_rooms", "Rooms with a socket, summed over the cores.", gauge(&LiveMetrics::rooms));
    page.gauge("mindspace_room_connections", "Open sockets of rooms.", gauge(&LiveMetrics::connections));
    page.gauge("mindspace_room_connections_joined", "Open sockets of rooms that have joined.",
               gauge(&LiveMetrics::joined_connections));
    page.counter("mindspace_room_sockets_displaced", "Sockets closed because their user opened one too many.",
                 add(&LiveMetrics::sockets_displaced));
    page.counter("mindspace_room_reactions_refused", "Reactions of users who sent too many.",
                 add(&LiveMetrics::reactions_refused));
    page.counter("mindspace_room_events", "Events of rooms that the cores have received.",
                 add(&LiveMetrics::events_received));
    page.counter("mindspace_room_deliveries", "Event frames delivered to sockets.", add(&LiveMetrics::deliveries));
    const auto show_lag = [&](const std::string& bell, auto metric) {
        telemetry::HistogramSum lag;
        for (const auto* core : cores) lag += core->*metric;
        page.histogram(
            "mindspace_room_bell_lag_seconds",
            "Time from a bell (start or end) to the delivery of its event to the sockets; 0 if that was before.", lag,
            {{"bell", bell}});
    };
    show_lag("start", &LiveMetrics::start_lag);
    show_lag("end", &LiveMetrics::end_lag);
    page.counter("mindspace_room_participants_lost", "Participants lost by a broken connection or node.",
                 add(&LiveMetrics::participants_lost));
    page.counter("mindspace_room_hosts_replaced", "Hosts replaced after two minutes of absence.",
                 add(&LiveMetrics::hosts_replaced));
    page.counter("mindspace_room_groups_ended", "Groups ended on schedule, or because no participant was left.",
                 add(&LiveMetrics::groups_ended));
    page.counter("mindspace_room_tasks_failed", "Failed calls of rooms to Redis or PostgreSQL.",
                 add(&LiveMetrics::tasks_failed));
    page.counter("mindspace_groups_started_by_schedule", "Groups started on schedule.",
                 add(&LiveMetrics::scheduled_starts));
    page.counter("mindspace_room_records_failed", "Writes of attendance that had to be retried.",
                 add(&LiveMetrics::records_failed));
    page.counter("mindspace_room_intervals_dropped", "Dropped attendance intervals: too many pending for one member.",
                 add(&LiveMetrics::intervals_dropped));
    page.counter("mindspace_room_joins_dropped", "Joins not published as events because too many were pending.",
                 add(&LiveMetrics::joins_dropped));
}

}  // namespace mindspace::meditation
