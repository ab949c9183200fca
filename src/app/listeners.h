#pragma once
// The module that serves the others' endpoints: on each core a listener for every port of the process, with what stands
// between a port and a handler; for the process the management listener. Last in the list of modules: it is the last to
// start and the first to stop.

#include "app/cores.h"
#include "app/process/process_resources.h"
#include "platform/async/task_group.h"
#include "platform/http/middleware/cors.h"
#include "platform/http/server/server.h"
#include "platform/telemetry/log/access_log.h"

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace mindspace::app {

// A role of this process, with the module that serves it.
struct ServedRole {
    const Role* role;
    const RunningModule* module;
};

// A port with the endpoints behind it, on one core.
class Listener {
public:
    Listener(asio::io_context& loop, http::ServerOptions options, http::Endpoints endpoints,
             const http::Middleware& middleware);

    http::Router router;
    http::CoreMetrics metrics;
    http::Dispatcher dispatcher;
    http::Server server;
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
    // `shared` must outlive it.
    ListenersCore(const CoreResources& core, ListenersShared& shared);

    void start() override;
    void drain(Milliseconds window) override;
    [[nodiscard]] bool is_idle() const override;
    void stop() override;

    // What this core answers to /readyz.
    [[nodiscard]] Health health() const;
    [[nodiscard]] const std::deque<Listener>& listeners() const { return listeners_; }
    [[nodiscard]] const http::OverloadControl& overload() const { return overload_; }

private:
    Awaitable<> flush_access_log();
    [[nodiscard]] http::Middleware middleware(const Role& role);
    void listen(const Role& role, const http::ServerOptions& options, http::Endpoints endpoints);

    const CoreResources& core_;
    ListenersShared& shared_;
    http::OverloadControl overload_;
    std::optional<http::Idempotency> idempotency_;  // where there is a secret, so of the roles that keep responses
    log::AccessLog access_log_;
    std::deque<Listener> listeners_;
    TaskGroup tasks_;
};

class Listeners final : public Module {
public:
    // With a gateway among the roles everything stands behind its port; without one each role has its own. `cores` have
    // all other modules. StartupError.
    Listeners(ProcessResources& process, const Cores& cores, std::vector<ServedRole> roles);

    ModuleCore* add_core(const CoreResources& core) override;
    void start() override { management_->server.start(); }
    void stop() override { management_->server.stop(); }
    void report_health(Health& health) const override;
    void collect(telemetry::Page& page) const override;

    // Of the first core.
    [[nodiscard]] const std::deque<Listener>& listeners() const { return cores_.front()->listeners(); }

private:
    void open_management(const CoreResources& first);
    [[nodiscard]] http::Endpoint metrics_endpoint() const;

    ListenersShared shared_;
    std::vector<std::unique_ptr<ListenersCore>> cores_;
    std::unique_ptr<Listener> management_;  // on the first core
};

}  // namespace mindspace::app
