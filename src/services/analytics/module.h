#pragma once
// The analytics role: the service on each core; and, once per process, the projection of events into facts and the work
// that is done for all users together.

#include "platform/events/pipeline.h"
#include "platform/module/module.h"
#include "services/analytics/leader_jobs.h"
#include "services/analytics/service.h"
#include "services/analytics/settings.h"

#include <memory>
#include <vector>

namespace mindspace::analytics {

class AnalyticsCore final : public ModuleCore {
public:
    explicit AnalyticsCore(const CoreResources& core);

    http::Endpoints endpoints() override;

private:
    SystemClock clock_;
    AnalyticsService service_;
};

// Of the sessions that the projection has added to the statistics.
struct MeditatedSeconds {
    telemetry::Counter committed;
    Seconds uncommitted{0};  // of the transaction in progress

    void commit() { committed.add(static_cast<std::uint64_t>(uncommitted.count())); }
};

class AnalyticsModule final : public Module {
public:
    static http::DeclaredEndpoints declarations();

    AnalyticsModule(const AnalyticsSettings& settings, const CoreResources& first,
                    const events::TransportSettings& transport);

    ModuleCore* add_core(const CoreResources& core) override;
    void start() override;
    void stop() override;
    void collect(telemetry::Page& page) const override;

private:
    std::shared_ptr<MeditatedSeconds> meditated_ = std::make_shared<MeditatedSeconds>();
    events::Pipeline pipeline_;
    LeaderJobs leader_jobs_;
    std::vector<std::unique_ptr<AnalyticsCore>> cores_;
};

}  // namespace mindspace::analytics
