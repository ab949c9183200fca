#include "app/modules.h"

#include "app/backup/jobs/metrics.h"
#include "app/operations/health_endpoints.h"
#include "app/personal_data.h"
#include "app/process/startup_error.h"
#include "platform/base/version.h"
#include "platform/events/retention.h"
#include "platform/http/api/asyncapi.h"
#include "platform/http/api/openapi.h"
#include "platform/idempotency/keys.h"
#include "platform/redis/connection/eviction.h"
#include "platform/retention/job.h"
#include "platform/telemetry/health/database_check.h"
#include "services/analytics/client.h"
#include "services/analytics/module.h"
#include "services/auth/module.h"
#include "services/auth/retention.h"
#include "services/gateway/module.h"
#include "services/meditation/client.h"
#include "services/meditation/module.h"
#include "services/meditation/retention.h"
#include "services/meditation/rooms/state/protocol.h"
#include "services/user/module.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace mindspace::app {

namespace {

std::unique_ptr<Module> make_gateway(const RoleContext& context);
std::unique_ptr<Module> make_auth(const RoleContext& context);
std::unique_ptr<Module> make_user(const RoleContext& context);
std::unique_ptr<Module> make_meditation(const RoleContext& context);
std::unique_ptr<Module> make_analytics(const RoleContext& context);

constexpr std::array kRoles{
    Role{.name = "gateway", .declarations = &gateway::GatewayModule::declarations, .make = &make_gateway},
    Role{.name = "auth",
         .default_port = 3001,
         .shares_secret = true,
         .stores_files = true,
         .declarations = &auth::AuthModule::declarations,
         .retention_rules = [](const Config& config) { return auth::retention_rules(config.auth.address_retention); },
         .make = &make_auth},
    Role{.name = "user", .default_port = 3002, .declarations = &user::UserModule::declarations, .make = &make_user},
    Role{.name = "meditation",
         .default_port = 3003,
         .shares_secret = true,
         .declarations = &meditation::MeditationModule::declarations,
         .retention_rules = [](const Config&) { return meditation::retention_rules(); },
         .make = &make_meditation},
    Role{.name = "analytics",
         .default_port = 3004,
         .declarations = &analytics::AnalyticsModule::declarations,
         .make = &make_analytics},
};

std::vector<http::Origin> parse_nodes(const RoleSettings& role) {
    std::vector<http::Origin> origins;
    for (const auto& node : role.nodes) {
        auto origin = http::parse_origin(node);
        if (!origin)
            throw StartupError(EX_CONFIG,
                               fmt::format("upstream.{}: \"{}\" is not of the form http://host:port", role.name, node));
        origins.push_back(std::move(*origin));
    }
    if (origins.empty()) throw StartupError(EX_CONFIG, fmt::format("upstream.{} names no node", role.name));
    return origins;
}

gateway::UpstreamOptions upstream_options(const Config& config) {
    auto options = config.upstream;
    options.timeout = std::min<Milliseconds>(options.timeout, config.http.request_timeout);
    options.max_queue_delay = std::min(config.http.max_queue_delay, options.connect_timeout / 2);
    options.scheme = config.tls.is_on() ? "https" : "http";
    return options;
}

// The pages that describe the API: always the API of all roles, regardless of the process they run in.
gateway::Pages make_pages() {
    const http::DocumentInfo info{.title = "Mind Space",
                                  .version = kVersion,
                                  .description = "The backend of meditation apps.",
                                  .server_url = "/"};
    http::DeclaredEndpoints all;
    for (const auto& role : kRoles) std::ranges::move(role.declarations(), std::back_inserter(all));
    std::ranges::move(health_endpoints().declarations(), std::back_inserter(all));
    return {.openapi = http::StaticDocument(http::openapi_document(all, info)),
            .asyncapi = http::StaticDocument(http::asyncapi_document(meditation::room_protocol(), info))};
}

std::unique_ptr<Module> make_gateway(const RoleContext& context) {
    const auto& process = context.process;
    std::vector<gateway::RemoteRole> remotes;
    for (const auto& role : kRoles)
        if (std::ranges::find(process.roles, &role) == process.roles.end())
            remotes.push_back({.name = std::string(role.name),
                               .nodes = parse_nodes(process.config.of(role.name)),
                               .endpoints = role.declarations()});
    return std::make_unique<gateway::GatewayModule>(upstream_options(process.config), context.first, make_pages(),
                                                    process.gateway_keys, std::move(remotes));
}

std::unique_ptr<Module> make_auth(const RoleContext& context) {
    const auto& process = context.process;
    return std::make_unique<auth::AuthModule>(process.config.auth, context.first, process.secret.value(), process.files,
                                              context.access, personal_data());
}

std::unique_ptr<Module> make_user(const RoleContext& context) {
    const user::Collaborators others{.rename_host = &meditation::rename_host,
                                     .announce_profile = &meditation::announce_profile,
                                     .find_stats = &analytics::find_stats,
                                     .personal_data = personal_data()};
    return std::make_unique<user::UserModule>(context.process.config.user, others);
}

std::unique_ptr<Module> make_meditation(const RoleContext& context) {
    return std::make_unique<meditation::MeditationModule>(context.process.config.meditation, context.first,
                                                          context.process.large_bodies);
}

std::unique_ptr<Module> make_analytics(const RoleContext& context) {
    const auto& config = context.process.config;
    return std::make_unique<analytics::AnalyticsModule>(config.analytics, context.first, config.events);
}

}  // namespace

std::span<const Role> role_table() {
    return kRoles;
}

retention::Rules retention_rules(const Config& config) {
    retention::Rules rules;
    for (const auto& role : kRoles)
        if (role.retention_rules != nullptr) std::ranges::move(role.retention_rules(config), std::back_inserter(rules));
    rules.push_back(idempotency::retention_rule());
    std::ranges::move(events::retention_rules(), std::back_inserter(rules));
    return rules;
}

Listeners& add_modules(Cores& cores, ProcessResources& process) {
    const auto& first = cores.first();
    const auto& config = process.config;
    first.redis.on_connected(&redis::warn_of_eviction);
    cores.add<telemetry::DatabaseCheck>(first.loop, first.database);
    auto& access = cores.add<auth::AccessModule>(config.auth, first, cores.access());
    std::vector<ServedRole> served;
    for (const auto* role : process.roles)
        served.push_back({role, &cores.add(role->make({.process = process, .first = first, .access = access}))});
    if (!process.backup_status.empty()) cores.add<backup::Metrics>(first.loop, first.database, process.backup_status);
    cores.add<retention::Job>(first.loop, first.direct_database, retention_rules(config));
    return cores.add<Listeners>(process, cores, std::move(served));
}

}  // namespace mindspace::app
