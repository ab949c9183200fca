#include "app/roles.h"

#include "app/core.h"
#include "app/mail_sender.h"
#include "app/operations.h"
#include "services/analytics/endpoints.h"
#include "services/analytics/projection.h"
#include "services/auth/endpoints.h"
#include "services/meditation/group_endpoints.h"
#include "services/meditation/session_endpoints.h"
#include "services/user/endpoints.h"

#include <algorithm>
#include <array>

namespace mindspace::app {

namespace {

http::Endpoints open_gateway(Core& core) {
    return public_pages(core);
}

http::Endpoints open_auth(Core& core) {
    auto& shared = core.shared;
    core.identity = std::make_unique<IdentityParts>(core.loop, core.database, core.redis, shared);
    if (core.index == 0) {
        const auto& config = shared.config;
        auth::MailerOptions options{.from = mail::Mailbox::parse(config.mail.from).value(),
                                    .public_url = config.http.public_url};
        core.identity->mailer =
            std::make_unique<auth::Mailer>(core.loop, auth::MailQueue(core.database),
                                           make_mail_sender(config.mail, shared.mail_directory), std::move(options));
    }
    return auth::endpoints(core.identity->service, core.identity->accounts);
}

http::Endpoints open_user(Core& core) {
    core.users = std::make_unique<user::UserService>(user::UserStore(core.database), core.redis);
    return user::endpoints(*core.users);
}

http::Endpoints open_meditation(Core& core) {
    core.sessions = std::make_unique<meditation::SessionService>(meditation::SessionStore(core.database));
    const auto& config = core.shared.config;
    meditation::LiveSettings live{.public_url = config.http.public_url,
                                  .allowed_origins = config.cors.origins,
                                  .rate_limit_scale = config.rate_limit.scale};
    meditation::LiveBackends backends{.database = core.database, .redis = core.redis, .subscriber = core.subscriber};
    core.groups = std::make_unique<GroupParts>(core.loop, backends, core.guard, std::move(live));
    core.groups->rooms.start();
    auto rows = meditation::session_endpoints(*core.sessions);
    for (auto& row : meditation::group_endpoints(core.groups->service, core.groups->entrance))
        rows.push_back(std::move(row));
    return rows;
}

http::Endpoints open_analytics(Core& core) {
    if (core.index == 0) {
        events::ConsumerOptions options{.name = std::string(analytics::kConsumerName),
                                        .conninfo = core.shared.backends.database};
        core.projection = std::make_unique<events::Consumer>(core.loop, std::move(options), &analytics::project);
        core.projection->start();
    }
    core.analytics = std::make_unique<analytics::AnalyticsService>(analytics::AnalyticsStore(core.database));
    return analytics::endpoints(*core.analytics);
}

constexpr std::array<Role, 5> kRoles{{
    {"gateway", 8080, &open_gateway},
    {"auth", 3001, &open_auth},
    {"user", 3002, &open_user},
    {"meditation", 3003, &open_meditation},
    {"analytics", 3004, &open_analytics},
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

}  // namespace mindspace::app
