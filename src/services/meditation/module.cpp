#include "services/meditation/module.h"

#include "platform/redis/pubsub/subscriber.h"
#include "services/meditation/groups/endpoints.h"
#include "services/meditation/rooms/live/connections_endpoint.h"
#include "services/meditation/sessions/endpoints.h"

#include <unistd.h>
#include <boost/asio/ip/host_name.hpp>

namespace mindspace::meditation {

namespace {

constexpr std::size_t kMaxPendingImports = 32;  // per core; above: 503

http::EndpointTable<SessionService, SessionHistory, GroupService, SocketAdmission> endpoint_table() {
    http::EndpointTable<SessionService, SessionHistory, GroupService, SocketAdmission> table;
    table.add(session_endpoints());
    table.add(group_endpoints());
    return table;
}

postgres::ClientOptions import_options(postgres::ClientOptions options) {
    options.connections = 1;
    options.max_pending = kMaxPendingImports;
    return options;
}

LiveBackends live_backends(const CoreResources& core) {
    return {.database = core.database, .redis = core.redis, .subscriber = core.subscriber, .tracer = core.tracer};
}

// Operators identify the process by it.
std::string core_name(unsigned core) {
    boost::system::error_code unknown;
    return asio::ip::host_name(unknown) + ":" + std::to_string(getpid()) + "/" + std::to_string(core);
}

}  // namespace

MeditationCore::MeditationCore(const CoreResources& core, const MeditationSettings& settings, WorkerPool& workers)
    : imports_(core.loop, import_options(core.database_options)),
      sessions_(SessionStore(core.database, core.replicas, imports_), workers),
      history_(SessionStore(core.database, core.replicas, imports_)),
      rooms_(core.loop, live_backends(core), core.access, settings.live),
      groups_(GroupStore(core.database), GroupTimetable(core.database), RoomOrder(core.redis), GroupTickets(core.redis),
              settings.live.public_url, settings.groups_per_host),
      admission_(rooms_, live_backends(core), core.access, settings.live),
      connection_stats_(core.loop, core.redis, rooms_, core_name(core.index)) {
    core.subscriber.on_gap([this] { rooms_.handle_gap(); });
}

http::Endpoints MeditationCore::endpoints() {
    return endpoint_table().serve(sessions_, history_, groups_, admission_);
}

void MeditationCore::start() {
    imports_.start();
    rooms_.start();
    connection_stats_.start();
}

void MeditationCore::stop() {
    connection_stats_.stop();
    rooms_.stop();
    imports_.stop();
}

http::DeclaredEndpoints MeditationModule::declarations() {
    return endpoint_table().declarations();
}

MeditationModule::MeditationModule(MeditationSettings settings, const CoreResources& first, WorkerPool& workers)
    : settings_(std::move(settings)),
      workers_(workers),
      sweeper_(first.loop, SessionStore(first.database, first.replicas, first.database)) {}

ModuleCore* MeditationModule::add_core(const CoreResources& core) {
    return cores_.emplace_back(std::make_unique<MeditationCore>(core, settings_, workers_)).get();
}

http::Endpoints MeditationModule::management_endpoints() {
    http::Endpoints rows;
    rows.push_back(connections_endpoint(cores_.front()->connection_stats()));
    return rows;
}

void MeditationModule::collect(telemetry::Page& page) const {
    page.counter("mindspace_sessions_lapsed", "Sessions abandoned because they were never ended.",
                 sweeper_.abandoned().value());
    std::vector<const LiveMetrics*> metrics;
    std::vector<const postgres::ClientStats*> imports;
    std::vector<const telemetry::CacheStats*> history;
    for (const auto& core : cores_) {
        metrics.push_back(&core->metrics());
        imports.push_back(&core->import_stats());
        history.push_back(&core->history_stats());
    }
    postgres::collect("imports", imports, page);
    telemetry::collect_cache("history", 1, history, page);
    meditation::collect(metrics, page);
    const auto& stats = cores_.front()->connection_stats();
    page.gauge("mindspace_cluster_cores", "Cores of all nodes that serve rooms, as known to Redis.",
               stats.known_cores());
    page.gauge("mindspace_cluster_room_connections", "Open sockets of rooms on all nodes.", stats.known_connections());
}

}  // namespace mindspace::meditation
