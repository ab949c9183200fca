// The arithmetic of rate limits: one number, and a sliding window for each of 1,000 users.

#include "micro/cases.h"
#include "platform/base/ids.h"
#include "platform/limits/gcra.h"
#include "platform/limits/local_limiter.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

namespace mindspace::micro {

namespace {

constexpr std::size_t kUsers = 1000;
constexpr double kMicrosPerCall = 1000;

Case count_call() {
    struct State {
        limits::Policy policy{"default", 300, Seconds(60)};
        limits::Gcra calls;
        double now = 1e15;
    };
    auto state = std::make_shared<State>();
    return {"limits/count_call", [state] {
                state->now += kMicrosPerCall;
                auto decision = state->calls.consume(state->policy, state->now);
                benchmark::DoNotOptimize(decision);
            }};
}

// Each user reacts once a second, which is above the quota half of the time.
Case admit_reaction() {
    struct State {
        limits::LocalLimiter<UserId> limiter{limits::Policy("reactions", 5, Seconds(10))};
        std::vector<UserId> users;
        std::size_t next = 0;
        double now = 1e15;
    };
    auto state = std::make_shared<State>();
    for (std::size_t i = 0; i < kUsers; ++i) state->users.push_back({Uuid::from_name("user " + std::to_string(i))});
    return {"limits/admit_reaction", [state] {
                state->now += kMicrosPerCall;
                auto admitted = state->limiter.admit(state->users[state->next++ % kUsers], state->now);
                benchmark::DoNotOptimize(admitted);
            }};
}

}  // namespace

Cases limit_cases() {
    return {count_call(), admit_reaction()};
}

}  // namespace mindspace::micro
