#pragma once
// The meditation role: sessions, groups and rooms on each core; and, once per process, the job that abandons sessions
// that were never ended.

#include "platform/module/module.h"
#include "platform/postgres/connection/client.h"
#include "services/meditation/groups/service.h"
#include "services/meditation/rooms/live/connection_stats.h"
#include "services/meditation/rooms/live/rooms.h"
#include "services/meditation/rooms/live/socket_admission.h"
#include "services/meditation/sessions/history.h"
#include "services/meditation/sessions/service.h"
#include "services/meditation/sessions/sweeper.h"
#include "services/meditation/settings.h"

#include <memory>
#include <vector>

namespace mindspace::meditation {

class MeditationCore final : public ModuleCore {
public:
    // `settings` and `workers` (for the slow parts of an import) must outlive it.
    MeditationCore(const CoreResources& core, const MeditationSettings& settings, WorkerPool& workers);

    http::Endpoints endpoints() override;
    void start() override;
    [[nodiscard]] bool is_ready() const override { return imports_.is_up(); }
    void drain(Milliseconds window) override { rooms_.drain(window); }
    [[nodiscard]] bool is_idle() const override { return rooms_.is_settled(); }
    void stop() override;

    [[nodiscard]] const LiveMetrics& metrics() const { return rooms_.metrics(); }
    [[nodiscard]] const postgres::ClientStats& import_stats() const { return imports_.stats(); }
    [[nodiscard]] const telemetry::CacheStats& history_stats() const { return history_.stats(); }
    [[nodiscard]] ConnectionStats& connection_stats() { return connection_stats_; }

private:
    postgres::Client imports_;  // a dedicated connection for slow work
    SessionService sessions_;
    SessionHistory history_;
    LiveRooms rooms_;
    GroupService groups_;
    SocketAdmission admission_;
    ConnectionStats connection_stats_;
};

class MeditationModule final : public Module {
public:
    static http::DeclaredEndpoints declarations();

    // `workers` must outlive it.
    MeditationModule(MeditationSettings settings, const CoreResources& first, WorkerPool& workers);

    ModuleCore* add_core(const CoreResources& core) override;
    http::Endpoints management_endpoints() override;
    void start() override { sweeper_.start(); }
    void stop() override { sweeper_.stop(); }
    void collect(telemetry::Page& page) const override;

private:
    const MeditationSettings settings_;
    WorkerPool& workers_;
    SessionSweeper sweeper_;
    std::vector<std::unique_ptr<MeditationCore>> cores_;
};

}  // namespace mindspace::meditation
