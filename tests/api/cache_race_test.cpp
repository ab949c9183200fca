// Two processes read and write the same profiles, each with its Redis behind a proxy that delays everything by a random
// time: a value that one of them writes to the cache may be old when it arrives. MINDSPACE_RACES sets the number of
// reads and writes; the default is 5,000.

#include "support/network/delaying_proxy.h"
#include "support/postgres/database.h"
#include "support/program/person.h"

#include "support/base/process.h"
#include "support/postgres/server.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <deque>
#include <random>
#include <thread>

namespace mindspace::integration {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 32;
constexpr int kProfiles = 8;

int number_of_races() {
    const char* wanted = std::getenv("MINDSPACE_RACES");
    return wanted == nullptr ? 5'000 : std::stoi(wanted);
}

// The value that a writer got in its response, or a reader read: each write increments it.
std::int64_t version_of(const Response& response) {
    const auto etag = response.header("etag").value_or("\"0\"");
    return std::stoll(etag.substr(1));
}

struct Profile {
    Person person;
    std::atomic<std::int64_t> promised = 1;  // by an acknowledged write

    void promise(std::int64_t version) {
        auto known = promised.load();
        while (known < version && !promised.compare_exchange_weak(known, version)) {
        }
    }
};

class CacheRace : public testing::Test {
protected:
    CacheRace() {
        for (int i = 0; i < kProfiles; ++i) profiles_.emplace_back(register_person(first_));
    }

    Environment settings(const DelayingProxy& proxy) {
        return {{"MINDSPACE_DATABASE_URL", conninfo_},
                {"MINDSPACE_REDIS_URL", "redis://127.0.0.1:" + std::to_string(proxy.port())}};
    }

    // A racing client, with keep-alive connections to both.
    void race(int actions, unsigned seed) {
        std::minstd_rand random(seed);
        std::array clients{Client(first_), Client(second_)};
        for (int i = 0; i < actions; ++i) {
            auto& profile = profiles_[random() % profiles_.size()];
            auto& client = clients[random() % clients.size()];
            client.set_access_token(profile.person.client.access_token());
            const bool is_write = random() % 10 == 0;
            const auto promised = profile.promised.load();
            // Few values, so that some writes find theirs there already, written by another that may not be over yet.
            const auto goal = 60 + static_cast<int>(random() % 3);
            const auto response = is_write ? client.patch(kMe, {{"dailyGoalSeconds", goal}}) : client.get(kMe);
            if (response.status != 200)
                ++failed_;
            else if (version_of(response) < promised)
                ++stale_;
            else if (is_write)
                profile.promise(version_of(response));
        }
    }

    postgres::TestServer postgres_;
    const std::string conninfo_ = postgres_.create_database();
    const std::uint16_t redis_port_ = free_port();
    redis::TestServer redis_{{"--port", std::to_string(redis_port_)}};
    const Delays delays_{.least = 0ms, .most = 4ms, .stall_percent = 1, .stall = 30ms};
    DelayingProxy first_line_{redis_port_, delays_};
    DelayingProxy second_line_{redis_port_, delays_};
    Program first_{settings(first_line_), std::nullopt};
    Program second_{settings(second_line_), std::nullopt};
    std::deque<Profile> profiles_;
    std::atomic<int> stale_ = 0;
    std::atomic<int> failed_ = 0;
};

TEST_F(CacheRace, LeavesNoStaleEntryOnEitherNode) {
    const int races = number_of_races();
    {
        std::vector<std::jthread> threads;
        for (unsigned seed = 1; seed <= kThreads; ++seed)
            threads.emplace_back([&, seed] { race(races / kThreads, seed); });
    }
    const auto last_write = std::chrono::steady_clock::now();
    std::vector<std::int64_t> truth;
    for (const auto& profile : profiles_)
        truth.push_back(std::stoll(
            query(conninfo_, "SELECT version FROM users WHERE user_id = '" + profile.person.id + "'").at(0).at(0)));
    // Several connections to each node, to reach each of its cores; for a while, in case a write arrives late.
    std::deque<Client> readers;
    for (int i = 0; i < 4; ++i)
        for (auto* node : {&first_, &second_}) readers.emplace_back(*node);
    while (std::chrono::steady_clock::now() < last_write + 500ms)
        for (auto& reader : readers)
            for (std::size_t i = 0; i < profiles_.size(); ++i) {
                reader.set_access_token(profiles_[i].person.client.access_token());
                ASSERT_EQ(version_of(reader.get(kMe)), truth[i]);
            }
    EXPECT_EQ(stale_, 0) << "at once, although the contract allows 100 ms";
    EXPECT_EQ(failed_, 0);
    std::cout << races << " races in which " << stale_ << " responses were stale\n";
}

}  // namespace
}  // namespace mindspace::integration
