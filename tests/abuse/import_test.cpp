// Imports of as many sessions as a request takes, all at the same time: each overlaps with all the others.

#include "abuse/honest_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace mindspace::integration {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kAttackers = 7;
constexpr int kRounds = 5;
constexpr int kSessions = 500;

// Begin within the same ten minutes of five dates of a month, so that as many as a date takes are stored.
json::object overlapping_sessions(int month) {
    json::array sessions;
    for (int i = 0; i < kSessions; ++i)
        sessions.push_back(offline_session(fmt::format("2025-{:02}-{:02}T08:{:02}:00Z", month, 1 + i % 5, i % 10),
                                           {{"durationSeconds", 3600}}));
    return {{"sessions", std::move(sessions)}};
}

// What the attacker got.
struct Achieved {
    std::map<long, int> statuses;
    std::size_t bytes = 0;         // of the longest response
    SteadyClock::duration took{};  // of the slowest

    [[nodiscard]] std::string text() const {
        std::string responses;
        for (const auto& [status, count] : statuses) responses += fmt::format("{} times {}, ", count, status);
        return fmt::format("{}up to {} KB each, the slowest after {:.1f} s", responses, bytes / 1000,
                           std::chrono::duration<double>(took).count());
    }
};

// The attackers send their imports at the same time, each one after the other.
Achieved import_at_once(std::vector<Client>& attackers) {
    Achieved achieved;
    std::mutex mutex;
    std::vector<std::jthread> threads;
    for (auto& attacker : attackers)
        threads.emplace_back([&] {
            for (int round = 1; round <= kRounds; ++round) {
                const auto body = overlapping_sessions(round);
                const auto began = SteadyClock::now();
                const auto answer = attacker.post("/api/v1/sessions/import", body);
                const auto took = SteadyClock::now() - began;
                const std::scoped_lock lock(mutex);
                ++achieved.statuses[answer.status];
                achieved.bytes = std::max(achieved.bytes, answer.body.size());
                achieved.took = std::max(achieved.took, took);
            }
        });
    threads.clear();
    return achieved;
}

void attack(std::string_view name, const Program& program, std::vector<Client>& attackers) {
    auto reader = register_person(program);
    const auto quiet = observe_quiet(reader);
    Achieved achieved;
    const auto during = observe(reader, [&] { achieved = import_at_once(attackers); });
    expect_unharmed(name, achieved.text(), quiet, during);
    for (const auto& [status, count] : achieved.statuses)
        EXPECT_TRUE(status == 200 || status == 503) << count << " times " << status;
    EXPECT_GT(achieved.statuses[200], 0);
    EXPECT_LT(achieved.bytes, 500'000U);
}

TEST(AbuseImport, SevenAtOnceOfOneUserDelayNoOtherUser) {
    const Program program;
    const auto person = register_person(program);
    std::vector<Client> attackers;
    for (int i = 0; i < kAttackers; ++i) attackers.emplace_back(program, person.client.access_token());
    attack("imports of 500 overlapping sessions, 7 at a time, of one user", program, attackers);
}

TEST(AbuseImport, SevenAtOnceOfSevenUsersDelayNoOtherUser) {
    const Program program;
    std::vector<Client> attackers;
    for (int i = 0; i < kAttackers; ++i)
        attackers.emplace_back(program, register_person(program).client.access_token());
    attack("imports of 500 overlapping sessions, 7 at a time, of seven users", program, attackers);
}

}  // namespace
}  // namespace mindspace::integration
