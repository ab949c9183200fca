#include "services/gateway/module.h"

#include "services/gateway/proxy.h"

#include <algorithm>
#include <iterator>

namespace mindspace::gateway {

GatewayCore::GatewayCore(const CoreResources& core, GatewayShared& shared) : shared_(shared) {
    for (const auto& remote : shared.remotes)
        upstreams_.emplace_back(core.loop, remote.status, shared.keys.value(), shared.options);
}

http::Endpoints GatewayCore::endpoints() {
    auto rows = page_endpoints().serve(shared_.pages);
    for (std::size_t i = 0; i < upstreams_.size(); ++i)
        std::ranges::move(forward(shared_.remotes[i].endpoints, upstreams_[i]), std::back_inserter(rows));
    return rows;
}

void GatewayCore::start() {
    for (auto& upstream : upstreams_) upstream.start();
}

void GatewayCore::stop() {
    for (auto& upstream : upstreams_) upstream.stop();
}

http::DeclaredEndpoints GatewayModule::declarations() {
    return page_endpoints().declarations();
}

GatewayModule::GatewayModule(UpstreamOptions options, const CoreResources& first, Pages pages,
                             const std::optional<http::GatewayKeys>& keys, std::vector<RemoteRole> remotes)
    : shared_(options, std::move(pages), keys) {
    for (auto& role : remotes) {
        auto& remote = shared_.remotes.emplace_back(UpstreamStatus(role.name, role.nodes), std::move(role.endpoints));
        checkers_.emplace_back(first.loop, remote.status);
    }
}

ModuleCore* GatewayModule::add_core(const CoreResources& core) {
    return cores_.emplace_back(std::make_unique<GatewayCore>(core, shared_)).get();
}

void GatewayModule::start() {
    for (auto& checker : checkers_) checker.start();
}

void GatewayModule::stop() {
    for (auto& checker : checkers_) checker.stop();
}

// The node continues to serve: other roles work, and no other gateway would do better.
void GatewayModule::report_health(Health& health) const {
    for (const auto& remote : shared_.remotes)
        health.checks["upstream." + remote.status.name] = remote.status.summary();
}

void GatewayModule::collect(telemetry::Page& page) const {
    for (std::size_t i = 0; i < shared_.remotes.size(); ++i) {
        std::vector<const Upstream*> cores;
        for (const auto& core : cores_) cores.push_back(&core->upstreams()[i]);
        gateway::collect(cores, page);
    }
}

}  // namespace mindspace::gateway
