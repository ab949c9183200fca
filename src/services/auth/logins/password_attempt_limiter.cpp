#include "services/auth/logins/password_attempt_limiter.h"

#include "platform/base/bytes.h"
#include "platform/http/server/client_address.h"
#include "platform/telemetry/metrics/sum.h"

#include <boost/asio/ip/network_v6.hpp>

namespace mindspace::auth {

namespace {

constexpr double kAttemptsOfNetwork = 10;
constexpr double kAttemptsAtAccount = 50;
constexpr Seconds kWindow{900};
constexpr double kAttemptsOfLoginSession = 10;
constexpr Seconds kLoginSessionWindow{3600};
// Wrong passwords, for any accounts, from an IPv4 address or an IPv6 /64; a client with a /56 or a /48 (RFC 6177) gains
// little by it.
constexpr double kFailuresOf64 = 100;
constexpr double kFailuresOf56 = 200;
constexpr double kFailuresOf48 = 400;

// Redis stores no addresses.
std::string tag_of(std::string_view name, std::string_view kind) {
    return "{" + base64url_encode(sha256(as_bytes(name))) + "}:" + std::string(kind);
}

std::string account_tag(std::string_view email_key) {
    return tag_of(email_key, "g");
}

std::string network_tag(std::string_view email_key, const std::string& ip) {
    return account_tag(email_key) + ":" + http::network_of(ip);
}

}  // namespace

PasswordAttemptLimiter::PasswordAttemptLimiter(limits::RateLimiter& limiter, double scale)
    : limiter_(limiter),
      network_policy_("guess", kAttemptsOfNetwork * scale, kWindow),
      account_policy_("guess", kAttemptsAtAccount * scale, kWindow),
      login_session_policy_("guess", kAttemptsOfLoginSession * scale, kLoginSessionWindow),
      failures_of_64_("guess", kFailuresOf64 * scale, kWindow),
      failures_of_56_("guess", kFailuresOf56 * scale, kWindow),
      failures_of_48_("guess", kFailuresOf48 * scale, kWindow) {}

std::vector<PasswordAttemptLimiter::NetworkPrefix> PasswordAttemptLimiter::prefixes_of(const std::string& ip) const {
    std::vector<NetworkPrefix> all;
    all.push_back({tag_of(http::network_of(ip), "f"), failures_of_64_, Budget::network_64});
    boost::system::error_code none;
    const auto address = boost::asio::ip::make_address_v6(ip, none);
    if (none) return all;
    auto add = [&](unsigned short length, const limits::Policy& policy, Budget budget) {
        const auto network = boost::asio::ip::network_v6(address, length).canonical().to_string();
        all.push_back({tag_of(network, "f"), policy, budget});
    };
    add(56, failures_of_56_, Budget::network_56);
    add(48, failures_of_48_, Budget::network_48);
    return all;
}

Awaitable<PasswordAttemptLimiter::Attempt> PasswordAttemptLimiter::begin(std::string email_key, std::string ip) {
    const auto network = network_tag(email_key, ip);
    Attempt attempt;
    auto by_network = co_await limiter_.consume(network, network_policy_);
    attempt.by_network = by_network.decision;
    if (!attempt.by_network.allowed) {
        count_refusal(Budget::account_and_network);
        co_return attempt;
    }
    const auto account = account_tag(email_key);
    auto by_account = co_await limiter_.consume(account, account_policy_);
    attempt.by_unknown_networks = by_account.decision;
    attempt.unknown_networks_budget = Budget::account;
    const auto prefixes = prefixes_of(ip);
    for (const auto& [key, policy, budget] : prefixes) {
        if (!attempt.by_unknown_networks.allowed) break;
        attempt.by_unknown_networks = co_await limiter_.peek(key, policy);
        attempt.unknown_networks_budget = budget;
    }
    co_return attempt;
}

Awaitable<> PasswordAttemptLimiter::record_failure(std::string ip) {
    const auto prefixes = prefixes_of(ip);
    for (const auto& prefix : prefixes) co_await limiter_.consume(prefix.key, prefix.policy);
}

Awaitable<> PasswordAttemptLimiter::reset(std::string email_key, std::string ip) {
    return limiter_.forget(network_tag(email_key, ip));
}

Awaitable<limits::RateLimitDecision> PasswordAttemptLimiter::begin_within(std::string login_session) {
    const auto key = tag_of(login_session, "s");
    auto taken = co_await limiter_.consume(key, login_session_policy_);
    if (!taken.decision.allowed) count_refusal(Budget::login_session);
    co_return taken.decision;
}

Awaitable<> PasswordAttemptLimiter::reset_within(std::string login_session) {
    return limiter_.forget(tag_of(login_session, "s"));
}

void collect(const std::vector<const PasswordAttemptLimiter*>& cores, telemetry::Page& page) {
    constexpr auto kNames = names_of(PasswordAttemptLimiter::Budget{});
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        const auto budget = static_cast<PasswordAttemptLimiter::Budget>(i);
        page.counter("mindspace_password_attempts_refused", "Refused password attempts by exhausted budget.",
                     telemetry::sum(cores, [&](const auto& core) { return core.refused(budget).value(); }),
                     {{"budget", std::string(kNames[i])}});
    }
}

Error too_many_password_attempts(const limits::RateLimitDecision& decision) {
    return {.code = ErrorCode::rate_limited,
            .reason = "rate_limited",
            .detail = "Too many incorrect passwords. Try again later.",
            .faults = {},
            .retry_after = static_cast<int>(decision.retry_after.count())};
}

}  // namespace mindspace::auth
