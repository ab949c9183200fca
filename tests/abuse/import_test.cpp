// Concurrent imports of the maximum number of sessions: each overlaps with all the others, or all have the longest
// note.

#include "abuse/honest_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
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
constexpr int kRoundsOfNotes = 3;
constexpr int kSessions = 500;
constexpr std::int64_t kMostMemoryOfNotes = std::int64_t{256}
                                            << 20;  // seven bodies of 8 MiB, parsed, checked and encoded

// A request body, prepared in advance so that the attackers' own work is not measured.
std::string import_of(json::array sessions) {
    return json::serialize(json::object{{"sessions", std::move(sessions)}});
}

// Sessions that begin within the same ten minutes on five dates of a month, so that the maximum per date is stored.
std::string overlapping_sessions(int month) {
    json::array sessions;
    for (int i = 0; i < kSessions; ++i)
        sessions.push_back(offline_session(fmt::format("2025-{:02}-{:02}T08:{:02}:00Z", month, 1 + i % 5, i % 10),
                                           {{"durationSeconds", 3600}}));
    return import_of(std::move(sessions));
}

// A body of the maximum size with the maximum work: each of a note's 2,000 letters is decomposed into two code points
// of four bytes together, which must be normalised.
std::string long_notes(int month) {
    std::string note;
    for (int i = 0; i < 2000; ++i) note += "\U000110A5\U000110BA";
    json::array sessions;
    for (int i = 0; i < kSessions; ++i)
        sessions.push_back(
            offline_session(fmt::format("2024-{:02}-{:02}T{:02}:00:00Z", month, 1 + i % 25, i / 25), {{"note", note}}));
    return import_of(std::move(sessions));
}

// The attacker's results.
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

// The bodies of each attacker, sent one after the other.
using Bodies = std::vector<std::vector<std::string>>;

Bodies bodies_of(const std::function<std::string(int month)>& make, int rounds) {
    Bodies bodies(kAttackers);
    for (auto& of_one : bodies)
        for (int round = 1; round <= rounds; ++round) of_one.push_back(make(round));
    return bodies;
}

// The attackers send their imports concurrently.
Achieved import_at_once(std::vector<Client>& attackers, const Bodies& bodies) {
    Achieved achieved;
    std::mutex mutex;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < attackers.size(); ++i)
        threads.emplace_back([&, i] {
            for (const auto& body : bodies[i]) {
                const auto began = SteadyClock::now();
                const auto response =
                    attackers[i].send({.method = "POST", .path = "/api/v1/sessions/import", .body = body});
                const auto took = SteadyClock::now() - began;
                const std::scoped_lock lock(mutex);
                ++achieved.statuses[response.status];
                achieved.bytes = std::max(achieved.bytes, response.body.size());
                achieved.took = std::max(achieved.took, took);
            }
        });
    threads.clear();
    return achieved;
}

void attack(std::string_view name, const Program& program, std::vector<Client>& attackers, const Bodies& bodies,
            std::int64_t most_memory = kMostMemory) {
    auto reader = register_person(program);
    const auto quiet = observe_quiet(reader);
    Achieved achieved;
    const auto during = observe(reader, [&] { achieved = import_at_once(attackers, bodies); });
    expect_unharmed(name, achieved.text(), quiet, during, most_memory);
    for (const auto& [status, count] : achieved.statuses)
        EXPECT_TRUE(status == 200 || status == 503) << count << " times " << status;
    EXPECT_GT(achieved.statuses[200], 0);
    EXPECT_LT(achieved.bytes, 500'000U);
}

std::vector<Client> separate_attackers(const Program& program) {
    std::vector<Client> attackers;
    for (int i = 0; i < kAttackers; ++i)
        attackers.emplace_back(program, register_person(program).client.access_token());
    return attackers;
}

TEST(AbuseImport, SevenConcurrentFromOneUserDelayNoOtherUser) {
    const Program program;
    const auto person = register_person(program);
    std::vector<Client> attackers;
    for (int i = 0; i < kAttackers; ++i) attackers.emplace_back(program, person.client.access_token());
    attack("imports of 500 overlapping sessions, 7 at a time, of one user", program, attackers,
           bodies_of(overlapping_sessions, kRounds));
}

TEST(AbuseImport, SevenConcurrentFromSevenUsersDelayNoOtherUser) {
    const Program program;
    auto attackers = separate_attackers(program);
    attack("imports of 500 overlapping sessions, 7 at a time, of seven users", program, attackers,
           bodies_of(overlapping_sessions, kRounds));
}

TEST(AbuseImport, SevenConcurrentWithTheLongestNotesDelayNoOtherUser) {
    const Program program;
    auto attackers = separate_attackers(program);
    attack("imports of 500 sessions with notes of 16 KB to be composed, 7 at a time, of seven users", program,
           attackers, bodies_of(long_notes, kRoundsOfNotes), kMostMemoryOfNotes);
}

}  // namespace
}  // namespace mindspace::integration
