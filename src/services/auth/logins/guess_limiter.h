#pragma once
// Slows those who guess passwords, by account and by network, without locking the owner out: many networks guessing at
// one account use up the account's attempts, and one network guessing at many accounts its own, but neither those of a
// network that the owner has logged in from before. Addresses without an account count alike, so that the limits tell
// nobody which exist. One per core.

#include "platform/base/result.h"
#include "platform/limits/rate_limiter.h"
#include "platform/telemetry/metrics/metrics.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::auth {

class GuessLimiter {
public:
    enum class Budget { account_and_network, account, network_64, network_56, network_48, login_session };

    // `scale` multiplies the limits.
    GuessLimiter(limits::RateLimiter& limiter, double scale);

    struct Attempt {
        limits::Verdict by_network;    // of this network at this account: beyond it, all are refused
        limits::Verdict by_strangers;  // of all networks at this account, or of this one at all accounts: beyond it,
                                       // only networks that are known get in
        Budget strangers_budget{};     // which of these is used up
    };
    // Before the password is looked at. `email_key` names the account, existing or not; `ip` the client.
    Awaitable<Attempt> begin(std::string email_key, std::string ip);
    // After a wrong password.
    Awaitable<> note_failure(std::string ip);
    // After the right password: what this network has tried at the account is forgotten.
    Awaitable<> forgive(std::string email_key, std::string ip);

    // The same for a password that is asked for within a login session: whoever has stolen its token has these tries
    // in all, from wherever; the owner's other login sessions keep theirs.
    Awaitable<limits::Verdict> begin_within(std::string login_session);
    Awaitable<> forgive_within(std::string login_session);

    // Of what begin() leaves to the caller to refuse; all else is counted by itself.
    void count_refusal(Budget budget) { refused_[static_cast<std::size_t>(budget)].add(1); }
    [[nodiscard]] const telemetry::Counter& refused(Budget budget) const {
        return refused_[static_cast<std::size_t>(budget)];
    }

private:
    struct Neighbourhood {
        std::string key;
        const limits::Policy& policy;
        Budget budget;
    };
    [[nodiscard]] std::vector<Neighbourhood> neighbourhoods_of(const std::string& ip) const;

    limits::RateLimiter& limiter_;
    limits::Policy network_policy_;
    limits::Policy account_policy_;
    limits::Policy login_session_policy_;
    limits::Policy failures_of_64_;
    limits::Policy failures_of_56_;
    limits::Policy failures_of_48_;
    std::array<telemetry::Counter, 6> refused_;
};

constexpr auto names_of(GuessLimiter::Budget) {
    return std::array<std::string_view, 6>{"account_and_network", "account",    "network_64",
                                           "network_56",          "network_48", "login_session"};
}

// Adds the figures of all cores to the page.
void collect(const std::vector<const GuessLimiter*>& cores, telemetry::Page& page);

// Error rate_limited, with the time after which it may be tried again.
Error too_many_guesses(const limits::Verdict& verdict);

}  // namespace mindspace::auth
