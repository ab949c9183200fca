#include "services/auth/logins/stats.h"

#include "platform/telemetry/metrics/sum.h"

namespace mindspace::auth {

void LoginStats::count(const Result<LoggedIn>& login) {
    if (login) return succeeded.add(1);
    const auto code = login.error().code;
    const bool is_checked = code == ErrorCode::unauthenticated || code == ErrorCode::forbidden;
    (is_checked ? failed : refused).add(1);
}

void collect(const std::vector<const LoginStats*>& cores, telemetry::Page& page) {
    const auto add = [&](auto metric) {
        return telemetry::sum(cores, [&](const auto& core) { return (core.*metric).value(); });
    };
    const auto show_logins = [&](const std::string& outcome, auto metric) {
        page.counter(
            "mindspace_logins",
            "Logins: succeeded; failed (wrong address or password, or disabled account); or refused (too many).",
            add(metric), {{"outcome", outcome}});
    };
    page.counter("mindspace_registrations", "Accounts created by registration.", add(&LoginStats::registrations));
    show_logins("succeeded", &LoginStats::succeeded);
    show_logins("failed", &LoginStats::failed);
    show_logins("refused", &LoginStats::refused);
    page.counter("mindspace_refresh_tokens_reused",
                 "Login sessions ended because a refresh token was presented again after its successor.",
                 add(&LoginStats::reused_tokens));
}

}  // namespace mindspace::auth
