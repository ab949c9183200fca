// Bells ring by the clients' own clocks, which are wrong: measures the error from the server's timetable, on a good and
// on a bad connection. Also the reference of how a client synchronises. A client that got no response in time, because
// the host was busy, cannot know better than its best round trip allows.

#include "support/live/client.h"
#include "support/live/clock_estimate.h"
#include "support/network/delaying_proxy.h"

#include <algorithm>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

namespace mindspace::integration {
namespace {

constexpr int kClients = 30;
constexpr int kSocketsOfEach = 10;
constexpr int kProbes = 12;

double server_clock() {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A client whose clock is minutes off.
class BellClient {
public:
    BellClient(LiveClient socket, double clock_error) : socket_(std::move(socket)), clock_error_(clock_error) {}

    void learn_the_time() {
        for (int i = 0; i < kProbes; ++i) {
            const auto t0 = clock();
            socket_.send({{"type", "time"}, {"t0", t0}});
            const auto response = socket_.next("time");
            const auto t3 = clock();
            estimate_.add(t0, response.at("t1").to_number<double>(), response.at("t2").to_number<double>(), t3);
        }
    }
    // The error of each bell in milliseconds, expecting that each is announced in time, and that none is worse than
    // `promised` or what the connection allows.
    std::vector<double> ring(double promised) {
        const auto start = socket_.next("start");
        const auto starts_at = start.at("startsAt").to_number<double>();
        std::vector<double> errors;
        for (const auto& bell : start.at("bells").as_array()) {
            const auto by_timetable = starts_at + bell.to_number<double>();
            const auto by_own_clock = by_timetable - estimate_.offset();
            EXPECT_LT(clock(), by_own_clock) << "announced too late";
            // Converts a time of this client's clock to the server's.
            const auto error = std::abs((by_own_clock - clock_error_) - by_timetable);
            EXPECT_LE(error, std::max(promised, estimate_.bound()));
            errors.push_back(error);
        }
        return errors;
    }

private:
    [[nodiscard]] double clock() const { return server_clock() + clock_error_; }

    LiveClient socket_;
    const double clock_error_;
    ClockEstimate estimate_;
};

// Expects that bells are `promised` milliseconds off at most, and prints how many they are.
void expect_bells_within(double promised, std::uint16_t port, std::string_view connection) {
    auto host = register_person();
    const auto group = create_group(host, {{"plannedSeconds", 60}});
    std::mt19937 random(20261123);
    std::uniform_real_distribution<double> minutes(-300'000, 300'000);
    std::vector<BellClient> clients;
    std::vector<Person> people;
    for (int i = 0; i < kClients; ++i) {
        if (i % kSocketsOfEach == 0) people.push_back(register_person());
        clients.emplace_back(join_through(port, people.back(), group).socket, minutes(random));
    }

    std::mutex mutex;
    std::vector<double> errors;
    {
        std::vector<std::jthread> threads;
        for (auto& client : clients) threads.emplace_back([&] { client.learn_the_time(); });
    }
    auto starter = join(host, group);
    starter.socket.send({{"type", "start"}, {"countdownSeconds", 10}});
    {
        std::vector<std::jthread> threads;
        for (auto& client : clients)
            threads.emplace_back([&] {
                const auto own = client.ring(promised);
                const std::scoped_lock lock(mutex);
                errors.insert(errors.end(), own.begin(), own.end());
            });
    }
    starter.socket.send({{"type", "end"}});
    std::ranges::sort(errors);
    EXPECT_EQ(errors.size(), 3U * kClients);
    const auto p99 = errors.at(errors.size() * 99 / 100);
    testing::Test::RecordProperty("p99_bell_error_ms", std::to_string(p99));
    std::cout << "p99 of the bells' error " << connection << ": " << p99 << " ms\n";
}

TEST(LiveBells, RingWithin20MillisecondsOfTheTimetable) {
    expect_bells_within(20, Program::shared().port(), "on loopback");
}

TEST(LiveBells, RingWithin50MillisecondsOverABadConnection) {
    // 40 ms ± 20 ms each way, and occasionally a stall of a third of a second.
    const DelayingProxy proxy(Program::shared().port(),
                              {.least = 20ms, .most = 60ms, .stall_percent = 3, .stall = 333ms});
    expect_bells_within(50, proxy.port(), "over a bad connection");
}

}  // namespace
}  // namespace mindspace::integration
