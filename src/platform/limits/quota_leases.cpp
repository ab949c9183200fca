#include "platform/limits/quota_leases.h"

#include <algorithm>
#include <utility>

namespace mindspace::limits {

std::optional<RateLimitDecision> QuotaLeases::take(UserId user, const Policy& policy, unsigned shares, TimePoint now) {
    const auto account = accounts_.find({user, &policy});
    if (account == accounts_.end()) return std::nullopt;
    auto& portion = account->second;
    if (now >= portion.usable_until) return std::nullopt;
    const double clock = microseconds(now);
    const double left = (policy.window_micros() - std::max(0.0, portion.known.arrival - clock)) / policy.interval;
    if ((portion.uncounted + 1) * static_cast<double>(shares) > kPortion * left) return std::nullopt;
    if (portion.uncounted++ == 0) {
        portion.first_call_at = now;
        uncounted_.emplace_back(portion.usable_until, account->first);
    }
    return portion.known.consume(policy, clock);
}

UncountedCalls QuotaLeases::settle(UserId user, const Policy& policy, TimePoint now) {
    const auto account = accounts_.find({user, &policy});
    if (account == accounts_.end()) return {};
    auto& portion = account->second;
    portion.usable_until = {};
    const UncountedCalls calls{.count = std::exchange(portion.uncounted, 0),
                               .age = microseconds(now) - microseconds(portion.first_call_at)};
    return calls.count != 0 ? calls : UncountedCalls{};
}

void QuotaLeases::renew(UserId user, const Policy& policy, double backlog, TimePoint now) {
    if (policy.window != kWindow) return;
    auto account = accounts_.find({user, &policy});
    if (account == accounts_.end()) {
        if (!make_space(now)) return;
        account = accounts_.emplace(Account{user, &policy}, Portion{}).first;
    }
    auto& portion = account->second;
    portion.known.arrival = microseconds(now) + backlog + portion.uncounted * policy.interval;
    portion.usable_until = now + kPortionTime;
}

std::vector<QuotaLeases::Due> QuotaLeases::settle_due(TimePoint now, std::size_t count) {
    std::vector<Due> due;
    while (due.size() < count && !uncounted_.empty() && uncounted_.front().first <= now) {
        const auto account = uncounted_.front().second;
        uncounted_.pop_front();
        const auto portion = accounts_.find(account);
        if (portion == accounts_.end() || portion->second.uncounted == 0) continue;
        if (portion->second.usable_until > now)
            uncounted_.emplace_back(portion->second.usable_until, account);
        else
            due.push_back({account.user, account.policy, settle(account.user, *account.policy, now)});
    }
    return due;
}

// Uncounted calls must not be forgotten: a user could make them again.
bool QuotaLeases::make_space(TimePoint now) {
    if (accounts_.size() < capacity_) return true;
    if (now < next_cleanup_) return false;
    next_cleanup_ = now + kPortionTime;
    std::erase_if(accounts_, [now](const auto& entry) {
        const auto& portion = entry.second;
        return now >= portion.usable_until && portion.uncounted == 0;
    });
    return accounts_.size() < capacity_;
}

}  // namespace mindspace::limits
