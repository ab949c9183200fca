// One user logs in as often as possible, and then ends all login sessions at once.

#include "abuse/honest_reader.h"
#include "support/load/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mindspace::integration {
namespace {

constexpr std::size_t kConnections = 32;
constexpr std::size_t kMostLoginSessions = 50;
constexpr const char* kLoginSessions = "/api/v1/auth/sessions?limit=100";

std::size_t login_sessions_of(const Person& person) {
    return log_in_again(person).client.get(kLoginSessions).at("/items").as_array().size();
}

TEST(AbuseLoginSessions, OfOneUserAreLimitedAndEndTogether) {
    const Program program({{"MINDSPACE_AUTH_ARGON2_MEMORY_KIB", "8"}, {"MINDSPACE_AUTH_ARGON2_PASSES", "1"}});
    auto reader = register_person(program);
    const auto attacker = register_person(program);
    const auto quiet = observe_quiet(reader);
    LoadReport logins;
    Response ended;
    std::size_t alive = 0;
    std::chrono::duration<double, std::milli> took{};
    const auto during = observe(reader, [&] {
        logins = load({.port = program.port(),
                       .requests = {login_request_of(attacker)},
                       .connections = kConnections,
                       .length = 4s});
        alive = login_sessions_of(attacker);
        auto last = log_in_again(attacker);
        const auto began = std::chrono::steady_clock::now();
        ended = last.client.post("/api/v1/auth/logout-all");
        took = std::chrono::steady_clock::now() - began;
    });
    expect_unharmed(
        "one user logs in as often as they can",
        fmt::format("{} logins, {} alive, all ended within {:.0f} ms", logins.count(200), alive, took.count()), quiet,
        during);
    EXPECT_GT(logins.count(200), kMostLoginSessions);
    EXPECT_EQ(alive, kMostLoginSessions);
    EXPECT_TRUE(is(ended, 204));
    EXPECT_EQ(login_sessions_of(attacker), 1U) << "the caller's own";
}

}  // namespace
}  // namespace mindspace::integration
