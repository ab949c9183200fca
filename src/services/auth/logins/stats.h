#pragma once
// How many registrations and logins one core has served: written by its loop, read by any thread.

#include "platform/base/result.h"
#include "platform/telemetry/metrics/page.h"
#include "services/auth/types.h"

#include <vector>

namespace mindspace::auth {

struct LoginStats {
    telemetry::Counter registrations;
    telemetry::Counter succeeded;      // logins
    telemetry::Counter failed;         // logins: the wrong address or password, or a disabled account
    telemetry::Counter refused;        // logins: too many attempts, or too many passwords are being checked
    telemetry::Counter reused_tokens;  // refresh tokens that had been used before, which ends their login session

    void count(const Result<LoggedIn>& login);
};

// Adds the metrics of all cores to the page.
void collect(const std::vector<const LoginStats*>& cores, telemetry::Page& page);

}  // namespace mindspace::auth
