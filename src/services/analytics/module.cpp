#include "services/analytics/module.h"

#include "services/analytics/endpoints.h"
#include "services/analytics/facts/projection.h"

namespace mindspace::analytics {

namespace {

// The projection may end later than the module.
using Meditated = std::shared_ptr<MeditatedSeconds>;

Awaitable<> project_and_note(postgres::Session& session, std::span<const events::Event> events, Meditated meditated) {
    meditated->uncommitted = co_await project(session, events);
}

events::Handler projection(const Meditated& meditated) {
    return [meditated](postgres::Session& session, std::span<const events::Event> events) {
        return project_and_note(session, events, meditated);
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
                 .on_commit = [meditated = meditated_] { meditated->commit(); },
                 .tracing = {.tracer = first.tracer}},
                projection(meditated_)),
      leader_jobs_(first.loop, first.redis,
                   {.conninfo = first.direct_database,
                    .refresh_interval = settings.refresh_interval,
                    .verify_interval = settings.verify_interval}) {}

ModuleCore* AnalyticsModule::add_core(const CoreResources& core) {
    return cores_.emplace_back(std::make_unique<AnalyticsCore>(core)).get();
}

void AnalyticsModule::start() {
    pipeline_.start();
    leader_jobs_.start();
}

void AnalyticsModule::stop() {
    leader_jobs_.stop();
    pipeline_.stop();
}

void AnalyticsModule::collect(telemetry::Page& page) const {
    pipeline_.collect(page);
    page.counter("mindspace_meditated_seconds", "Seconds of completed sessions that entered the statistics.",
                 Seconds(meditated_->committed.value()));
    analytics::collect(leader_jobs_.stats(), page);
}

}  // namespace mindspace::analytics
