#pragma once
// Portions of users' quotas, by which one core admits calls without asking Redis. It reports them with its next
// question about the user, or soon after without one, so each call is counted exactly once. What all cores together
// have not reported is at most kPortion of what was left of the quota, so near its end every call is asked for. A user
// who stays within the quota in every window is never refused. Pure; belongs to one core.

#include "platform/base/ids.h"
#include "platform/limits/gcra.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mindspace::limits {

// Calls that have been admitted, but not counted in Redis yet.
struct UncountedCalls {
    std::uint32_t count = 0;
    double age = 0;  // microseconds since the first of them
};

class QuotaLeases {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // `capacity`: the most users whose calls are counted here; those above it are not.
    explicit QuotaLeases(std::size_t capacity) : capacity_(capacity) {}

    // Admits one call of the user; nothing (nullopt) if Redis must be asked. `shares`: how many cores may do the same.
    std::optional<RateLimitDecision> take(UserId user, const Policy& policy, unsigned shares, TimePoint now);
    // To be counted in Redis, by the question that the caller is about to ask.
    UncountedCalls settle(UserId user, const Policy& policy, TimePoint now);
    // What Redis replied: how far the user's arrival time is ahead of the clock.
    void renew(UserId user, const Policy& policy, double backlog, TimePoint now);

    struct Due {
        UserId user;
        const Policy* policy;
        UncountedCalls calls;
    };
    // The calls for which no question has come in time, of at most `count` users; to be called a few times a second.
    std::vector<Due> settle_due(TimePoint now, std::size_t count);

    // Of what is left of a quota, for all cores together. Calls that are reported late count from the first of them, so
    // those of kPortionTime may be overlooked in addition: 1 s of a window of 60 s. Together less than 5 %.
    static constexpr double kPortion = 0.03;
    static constexpr std::chrono::milliseconds kPortionTime{1000};
    // Only quotas of this time: Membership::kMemory is as long.
    static constexpr Seconds kWindow{60};

private:
    struct Account {
        UserId user;
        const Policy* policy;
        bool operator==(const Account&) const = default;
    };
    struct HashAccount {
        std::size_t operator()(const Account& account) const noexcept {
            return std::hash<UserId>{}(account.user) ^ std::hash<const void*>{}(account.policy);
        }
    };
    struct Portion {
        Gcra known;  // what Redis has counted, and the calls since
        TimePoint usable_until{};
        TimePoint first_call_at{};
        std::uint32_t uncounted = 0;
    };
    bool make_space(TimePoint now);

    std::size_t capacity_;
    std::deque<std::pair<TimePoint, Account>> uncounted_;  // may be due then
    std::unordered_map<Account, Portion, HashAccount> accounts_;
    TimePoint next_cleanup_{};
};

}  // namespace mindspace::limits
