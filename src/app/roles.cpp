#include "app/roles.h"

#include "app/core.h"
#include "app/jobs/mail_sender.h"
#include "app/operations/endpoints.h"
#include "services/analytics/endpoints.h"
#include "services/auth/endpoints.h"
#include "services/meditation/groups/endpoints.h"
#include "services/meditation/sessions/endpoints.h"
#include "services/user/endpoints.h"

#include <boost/asio/ip/host_name.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>

namespace mindspace::app {

namespace {

void open_gateway(Core&) {}

void open_auth(Core& core) {
    auto& shared = core.shared;
    core.identity.emplace(core.loop, core.database, core.redis, core.limiter, shared);
    if (core.index != 0) return;
    const auto& config = shared.config;
    auth::MailerOptions options{.from = mail::Mailbox::parse(config.mail.from).value(),
                                .public_url = config.http.public_url};
    core.identity->mailer = std::make_unique<auth::Mailer>(
        core.loop, auth::MailQueue(core.database), auth::ResetRequests(core.database, core.identity->quota),
        make_mail_sender(config.mail, shared.mail_directory), std::move(options));
}

http::Endpoints auth_endpoints(Core& core) {
    return auth::endpoints().serve(core.identity->service, core.identity->accounts);
}

void open_user(Core& core) {
    core.users.emplace(user::UserStore(core.database), core.redis, core.shared.config.user.profile_cache);
}

http::Endpoints user_endpoints(Core& core) {
    return user::endpoints().serve(*core.users);
}

// Whoever looks after the machines finds the process by it.
std::string process_name() {
    boost::system::error_code unknown;
    return asio::ip::host_name(unknown) + ":" + std::to_string(getpid());
}

void open_meditation(Core& core) {
    core.imports.start();
    core.sessions.emplace(meditation::SessionStore(core.database, core.replicas, core.imports),
                          core.shared.large_bodies);
    if (core.index == 0) {
        core.sweeper = std::make_unique<meditation::SessionSweeper>(
            core.loop, meditation::SessionStore(core.database, core.replicas, core.imports));
        core.sweeper->start();
    }
    const auto& config = core.shared.config;
    core.live_settings = {.public_url = config.http.public_url,
                          .allowed_origins = config.cors.origins,
                          .rate_limit_scale = config.rate_limit.scale,
                          .sockets_per_user = config.groups.sockets_per_user};
    meditation::LiveBackends backends{.database = core.database, .redis = core.redis, .subscriber = core.subscriber};
    core.rooms.emplace(core.loop, backends, core.guard, core.live_settings);
    core.groups.emplace(meditation::GroupStore(core.database), meditation::GroupTimetable(core.database),
                        meditation::RoomOrder(core.redis), meditation::GroupTickets(core.redis),
                        core.live_settings.public_url, config.groups.per_host);
    core.admission.emplace(*core.rooms, backends, core.guard, core.live_settings);
    core.connection_stats.emplace(core.loop, core.redis, *core.rooms,
                                  process_name() + "/" + std::to_string(core.index));
    core.rooms->start();
    core.connection_stats->start();
}

http::EndpointTable<meditation::SessionService, meditation::GroupService, meditation::SocketAdmission>
meditation_table() {
    http::EndpointTable<meditation::SessionService, meditation::GroupService, meditation::SocketAdmission> rows;
    rows.add(meditation::session_endpoints());
    rows.add(meditation::group_endpoints());
    return rows;
}

http::Endpoints meditation_endpoints(Core& core) {
    return meditation_table().serve(*core.sessions, *core.groups, *core.admission);
}

void open_analytics(Core& core) {
    if (core.index == 0) {
        core.pipeline =
            std::make_unique<EventPipeline>(core.loop, core.shared.config, core.shared.backends.direct_database);
        core.pipeline->start();
        const auto& config = core.shared.config.analytics;
        core.upkeep = std::make_unique<analytics::Upkeep>(
            core.loop, core.redis,
            analytics::UpkeepOptions{.conninfo = core.shared.backends.direct_database,
                                     .refresh_interval = config.refresh_interval,
                                     .verify_interval = config.verify_interval});
        core.upkeep->start();
    }
    core.analytics.emplace(analytics::AnalyticsStore(core.database, core.replicas),
                           analytics::LiveStatsCache(core.redis), core.clock);
}

http::Endpoints analytics_endpoints(Core& core) {
    return analytics::endpoints().serve(*core.analytics);
}

using Http = HttpSettings;
using Upstreams = UpstreamSettings;

constexpr std::array<Role, 5> kRoles{{
    {"gateway", &Http::port, nullptr, &open_gateway, &public_pages, [] { return http::DeclaredEndpoints(); }},
    {"auth", &Http::auth_port, &Upstreams::auth, &open_auth, &auth_endpoints,
     [] { return auth::endpoints().declarations(); }},
    {"user", &Http::user_port, &Upstreams::user, &open_user, &user_endpoints,
     [] { return user::endpoints().declarations(); }},
    {"meditation", &Http::meditation_port, &Upstreams::meditation, &open_meditation, &meditation_endpoints,
     [] { return meditation_table().declarations(); }},
    {"analytics", &Http::analytics_port, &Upstreams::analytics, &open_analytics, &analytics_endpoints,
     [] { return analytics::endpoints().declarations(); }},
}};

}  // namespace

std::span<const Role> role_table() {
    return kRoles;
}

Result<std::vector<const Role*>> parse_roles(std::string_view list) {
    std::vector<const Role*> roles;
    if (list == "all") {
        for (const auto& role : kRoles) roles.push_back(&role);
        return roles;
    }
    while (!list.empty()) {
        auto end = std::min(list.find(','), list.size());
        auto name = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        auto role = std::ranges::find(kRoles, name, &Role::name);
        if (role == kRoles.end())
            return Error{ErrorCode::invalid,
                         "unknown_role",
                         "unknown role \"" + std::string(name) +
                             "\"; there are gateway, auth, user, meditation, "
                             "analytics, or all",
                         {}};
        if (std::ranges::find(roles, &*role) == roles.end()) roles.push_back(&*role);
    }
    return roles;
}

bool has_gateway(const std::vector<const Role*>& roles) {
    return std::ranges::find(roles, &kRoles.front()) != roles.end();
}

bool has_all(const std::vector<const Role*>& roles) {
    return roles.size() == kRoles.size();
}

}  // namespace mindspace::app
