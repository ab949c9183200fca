#include "services/analytics/module.h"

#include "services/analytics/endpoints.h"
#include "services/analytics/facts/projection.h"

namespace mindspace::analytics {

namespace {

using MeditatedSeconds = std::shared_ptr<telemetry::Counter>;

Awaitable<> project_and_count(postgres::Session& session, std::span<const events::Event> events,
                              MeditatedSeconds meditated) {
    const auto added = co_await project(session, events);
    meditated->add(static_cast<std::uint64_t>(added.count()));
}

// The projection may end later than the module.
events::Handler counting_projection(const MeditatedSeconds& meditated) {
    return [meditated](postgres::Session& session, std::span<const events::Event> events) {
        return project_and_count(session, events, meditated);
    };
}

}  // namespace

AnalyticsCore::AnalyticsCore(const CoreResources& core)
    : service_(AnalyticsStore(core.database, core.replicas), LiveStatsCache(core.redis), clock_) {}

http::Endpoints AnalyticsCore::endpoints() {
    return analytics::endpoints().serve(service_);
}

http::DeclaredEndpoints AnalyticsModule::declarations() {
    return analytics::endpoints().declarations();
}

AnalyticsModule::AnalyticsModule(const AnalyticsSettings& settings, const CoreResources& first,
                                 const events::TransportSettings& transport)
    : pipeline_(first.loop, transport,
                {.name = std::string(kConsumerName),
                 .conninfo = first.direct_database,
                 .types = counted_event_types(),
                 .tracing = {.tracer = first.tracer,
                             .system = names_of(transport.transport)[static_cast<std::size_t>(transport.transport)]}},
                counting_projection(meditated_seconds_)),
      upkeep_(first.loop, first.redis,
              {.conninfo = first.direct_database,
               .refresh_interval = settings.refresh_interval,
               .verify_interval = settings.verify_interval}) {}

ModuleCore* AnalyticsModule::add_core(const CoreResources& core) {
    return cores_.emplace_back(std::make_unique<AnalyticsCore>(core)).get();
}

void AnalyticsModule::start() {
    pipeline_.start();
    upkeep_.start();
}

void AnalyticsModule::stop() {
    upkeep_.stop();
    pipeline_.stop();
}

void AnalyticsModule::collect(telemetry::Page& page) const {
    pipeline_.collect(page);
    page.counter("mindspace_meditated_seconds", "Seconds of completed sessions that entered the statistics.",
                 Seconds(meditated_seconds_->value()));
    analytics::collect(upkeep_.stats(), page);
}

}  // namespace mindspace::analytics
