#pragma once
// The module that serves the endpoints of the others: on each core a listener for every port of the process, with the
// middleware between port and handlers; for the process the management listener. It is last in the list of modules: the
// last to start and the first to stop.

#include "app/cores.h"
#include "app/process/process_resources.h"
#include "platform/async/task_group.h"
#include "platform/http/middleware/cors.h"
#include "platform/http/server/server.h"
#include "platform/idempotency/step.h"
#include "platform/telemetry/log/access_log.h"

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace mindspace::app {

// A role of this process and the module that serves it.
struct ServedRole {
    const Role* role;
    const RunningModule* module;
};

// What the cores share.
struct ListenersShared {
    ListenersShared(ProcessResources& resources, const Cores& all, std::vector<ServedRole> served);

    ProcessResources& process;
    const Cores& cores;
    const std::vector<ServedRole> roles;
    const http::RateLimits rate_limits;
    const http::CorsPolicy cors;
    WorkerPool compression;  // of large responses
    std::atomic<bool> is_draining{false};
};

class ListenersCore final : public ModuleCore {
public:
    // `shared` must outlive this object.
    ListenersCore(const CoreResources& core, ListenersShared& shared);

    void start() override;
    void drain(Milliseconds window) override;
    [[nodiscard]] bool is_idle() const override;
    void stop() override;

    // The health that this core reports at /readyz.
    [[nodiscard]] Health health() const;
    // One for each port.
    [[nodiscard]] const std::deque<http::Server>& servers() const { return servers_; }
    [[nodiscard]] const http::OverloadControl& overload() const { return overload_; }

private:
    Awaitable<> flush_access_log();
    [[nodiscard]] http::MiddlewareParts middleware(const Role& role);
    void listen(const Role& role, const http::ServerOptions& options, http::Endpoints endpoints);

    const CoreResources& core_;
    ListenersShared& shared_;
    http::OverloadControl overload_;
    std::optional<idempotency::IdempotencyStep> idempotency_;  // where there is a secret: of roles that keep responses
    log::AccessLog access_log_;
    std::deque<http::Server> servers_;
    TaskGroup tasks_;
};

class Listeners final : public Module {
public:
    // With a gateway among the roles all roles are served on its port; without one each role has its own port. `cores`
    // must have all other modules. Throws StartupError.
    Listeners(ProcessResources& process, const Cores& cores, std::vector<ServedRole> roles);

    ModuleCore* add_core(const CoreResources& core) override;
    void start() override { management_->start(); }
    void stop() override { management_->stop(); }
    void report_health(Health& health) const override;
    void collect(telemetry::Page& page) const override;

    // Of the first core.
    [[nodiscard]] const std::deque<http::Server>& servers() const { return cores_.front()->servers(); }

private:
    void open_management(const CoreResources& first);
    [[nodiscard]] http::Endpoint metrics_endpoint();

    ListenersShared shared_;
    std::vector<std::unique_ptr<ListenersCore>> cores_;
    std::unique_ptr<http::Server> management_;  // on the first core
    WorkerPool scrapes_;                        // makes the metrics page
};

}  // namespace mindspace::app
