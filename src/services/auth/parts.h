#pragma once
// The dependencies of the services of the auth role on one core.

#include "platform/async/task_group.h"
#include "services/auth/accounts/store.h"
#include "services/auth/logins/known_networks.h"
#include "services/auth/logins/password_attempt_limiter.h"
#include "services/auth/logins/session_registry.h"
#include "services/auth/logins/store.h"
#include "services/auth/passwords/hasher.h"
#include "services/auth/settings.h"

namespace mindspace::auth {

struct AuthParts {
    postgres::Client& database;
    redis::Client& redis;
    PasswordHasher& hasher;
    TaskGroup& background;
    PasswordAttemptLimiter& attempt_limiter;
    KnownNetworks& networks;
    const AuthSettings& settings;
};

// The origin of a call, as the list of login sessions and the audit log show it.
struct Origin {
    std::string ip;
    std::string user_agent;
};

}  // namespace mindspace::auth
