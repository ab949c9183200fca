#pragma once
// The gateway role: its pages, and the endpoints of the roles that run in other processes, which each core forwards
// over its own connections; and, once per process, the health checks of those roles. The endpoints of roles in this
// process are served directly.

#include "platform/module/module.h"
#include "services/gateway/health_checker.h"
#include "services/gateway/pages.h"
#include "services/gateway/upstream.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::gateway {

// A role that runs in other processes.
struct RemoteRole {
    std::string name;
    std::vector<http::Origin> nodes;  // at least one
    http::DeclaredEndpoints endpoints;
};

// Shared by the cores.
struct GatewayShared {
    struct Remote {
        UpstreamStatus status;
        http::DeclaredEndpoints endpoints;
    };
    GatewayShared(UpstreamOptions upstream_options, Pages documents, const std::optional<http::GatewayKeys>& secrets)
        : options(upstream_options), pages(std::move(documents)), keys(secrets) {}

    UpstreamOptions options;
    Pages pages;
    const std::optional<http::GatewayKeys>& keys;
    std::deque<Remote> remotes;
};

class GatewayCore final : public ModuleCore {
public:
    // `shared` must outlive it.
    GatewayCore(const CoreResources& core, GatewayShared& shared);

    http::Endpoints endpoints() override;
    void start() override;
    void stop() override;

    // In the order of the remote roles.
    [[nodiscard]] const std::deque<Upstream>& upstreams() const { return upstreams_; }

private:
    GatewayShared& shared_;
    std::deque<Upstream> upstreams_;
};

class GatewayModule final : public Module {
public:
    static http::DeclaredEndpoints declarations();

    // `keys`, needed where there are remote roles, must outlive it.
    GatewayModule(UpstreamOptions options, const CoreResources& first, Pages pages,
                  const std::optional<http::GatewayKeys>& keys, std::vector<RemoteRole> remotes);

    ModuleCore* add_core(const CoreResources& core) override;
    void start() override;
    void stop() override;
    void report_health(Health& health) const override;
    void collect(telemetry::Page& page) const override;

private:
    GatewayShared shared_;
    std::deque<HealthChecker> checkers_;
    std::vector<std::unique_ptr<GatewayCore>> cores_;
};

}  // namespace mindspace::gateway
