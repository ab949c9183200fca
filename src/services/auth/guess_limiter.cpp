#include "services/auth/guess_limiter.h"

#include "platform/base/bytes.h"

namespace mindspace::auth {

namespace {

constexpr double kTriesOfANetwork = 10;
constexpr double kTriesAtAnAccount = 50;
constexpr Seconds kWindow{900};

// No address stands in Redis.
std::string account_tag(std::string_view email_key) {
    return "{" + base64url_encode(sha256(as_bytes(email_key))) + "}:g";
}

}  // namespace

GuessLimiter::GuessLimiter(limits::RateLimiter& limiter, double scale)
    : limiter_(limiter),
      network_policy_("guess", kTriesOfANetwork * scale, kWindow),
      account_policy_("guess", kTriesAtAnAccount * scale, kWindow) {}

Awaitable<GuessLimiter::Attempt> GuessLimiter::begin(std::string email_key, std::string network) {
    auto account = account_tag(email_key);
    auto here = account + ":" + network;
    auto by_network = co_await limiter_.take(here, network_policy_);
    if (!by_network.verdict.allowed) co_return Attempt{.by_network = by_network.verdict, .by_account = {}};
    auto by_account = co_await limiter_.take(account, account_policy_);
    co_return Attempt{.by_network = by_network.verdict, .by_account = by_account.verdict};
}

Error too_many_guesses(const limits::Verdict& verdict) {
    return {.code = ErrorCode::rate_limited,
            .reason = "rate_limited",
            .detail = "Too many tries to log in; try again later.",
            .faults = {},
            .retry_after = static_cast<int>(verdict.retry_after.count())};
}

Awaitable<> GuessLimiter::forgive(std::string email_key, std::string network) {
    return limiter_.forget(account_tag(email_key) + ":" + std::move(network));
}

}  // namespace mindspace::auth
