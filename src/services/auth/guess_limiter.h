#pragma once
// Slows those who guess passwords, by account and by network, without locking the owner out: many networks guessing at
// one account use up the account's attempts, but not those of a network that the owner has logged in from before.
// Addresses without an account count alike, so that the limits tell nobody which exist. One per core.

#include "platform/base/result.h"
#include "platform/limits/rate_limiter.h"

#include <string>
#include <string_view>

namespace mindspace::auth {

class GuessLimiter {
public:
    // `scale` multiplies the limits.
    GuessLimiter(limits::RateLimiter& limiter, double scale);

    struct Attempt {
        limits::Verdict by_network;  // of this network at this account: whoever exceeds it is refused
        limits::Verdict by_account;  // of all networks: beyond it, only networks that are known get in
    };
    // Before the password is looked at. `email_key` names the account, existing or not.
    Awaitable<Attempt> begin(std::string email_key, std::string network);
    // After the right password: what this network has tried is forgotten.
    Awaitable<> forgive(std::string email_key, std::string network);

private:
    limits::RateLimiter& limiter_;
    limits::Policy network_policy_;
    limits::Policy account_policy_;
};

// Error rate_limited, with the time after which it may be tried again.
Error too_many_guesses(const limits::Verdict& verdict);

}  // namespace mindspace::auth
