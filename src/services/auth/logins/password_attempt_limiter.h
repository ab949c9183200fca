#pragma once
// Limits password guessing by account and by network without locking the owner out: many networks that guess at one
// account exhaust the account's attempts, and one network that guesses at many accounts exhausts its own, but neither
// affects a network from which the owner has logged in before. Addresses without an account count in the same way, so
// the limits do not reveal which accounts exist. One per core.

#include "platform/base/result.h"
#include "platform/limits/rate_limiter.h"
#include "platform/telemetry/metrics/page.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::auth {

class PasswordAttemptLimiter {
public:
    enum class Budget { account_and_network, account, network_64, network_56, network_48, login_session };

    // `scale` multiplies the limits.
    PasswordAttemptLimiter(limits::RateLimiter& limiter, double scale);

    struct Attempt {
        limits::RateLimitDecision by_network;           // of this network at this account: above it, all are rejected
        limits::RateLimitDecision by_unknown_networks;  // of all networks at this account, or of this one at all
                                                        // accounts: above it, only known networks are admitted
        Budget unknown_networks_budget{};               // which of these is exhausted
    };
    // Called before the password is checked. `email_key` names the account, existing or not; `ip` the client.
    Awaitable<Attempt> begin(std::string email_key, std::string ip);
    // Called after a wrong password.
    Awaitable<> record_failure(std::string ip);
    // Called after the correct password: resets the attempts of this network at the account.
    Awaitable<> reset(std::string email_key, std::string ip);

    // The same for a password that is requested within a login session: a thief of its token has these attempts in
    // total, from any network; the owner's other login sessions keep theirs.
    Awaitable<limits::RateLimitDecision> begin_within(std::string login_session);
    Awaitable<> reset_within(std::string login_session);

    // Counts rejections that begin() leaves to the caller; all others are counted automatically.
    void count_refusal(Budget budget) { refused_[static_cast<std::size_t>(budget)].add(1); }
    [[nodiscard]] const telemetry::Counter& refused(Budget budget) const {
        return refused_[static_cast<std::size_t>(budget)];
    }

private:
    struct NetworkPrefix {
        std::string key;
        const limits::Policy& policy;
        Budget budget;
    };
    [[nodiscard]] std::vector<NetworkPrefix> prefixes_of(const std::string& ip) const;

    limits::RateLimiter& limiter_;
    limits::Policy network_policy_;
    limits::Policy account_policy_;
    limits::Policy login_session_policy_;
    limits::Policy failures_of_64_;
    limits::Policy failures_of_56_;
    limits::Policy failures_of_48_;
    std::array<telemetry::Counter, 6> refused_;
};

constexpr auto names_of(PasswordAttemptLimiter::Budget) {
    return std::array<std::string_view, 6>{"account_and_network", "account",    "network_64",
                                           "network_56",          "network_48", "login_session"};
}

// Adds the metrics of all cores to the page.
void collect(const std::vector<const PasswordAttemptLimiter*>& cores, telemetry::Page& page);

// Error rate_limited, with the time until the next attempt.
Error too_many_password_attempts(const limits::RateLimitDecision& decision);

}  // namespace mindspace::auth
