#pragma once
// Limits retries: one for five requests that are sent, and some in advance. Without a limit retries would multiply the
// load on what is already too slow.

#include <algorithm>

namespace mindspace::gateway {

class RetryBudget {
public:
    void deposit() { tokens_ = std::min(tokens_ + kShare, kMaxTokens); }
    // False if it is used up.
    bool withdraw() {
        if (tokens_ < 1) return false;
        tokens_ -= 1;
        return true;
    }

    static constexpr double kShare = 0.2;
    static constexpr double kMaxTokens = 50;

private:
    double tokens_ = kMaxTokens;
};

}  // namespace mindspace::gateway
