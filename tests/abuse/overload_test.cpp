// More requests than the program can serve, from clients that ignore Retry-After. Prints the figures of
// docs/performance.md; only the release build must meet them.

#include "abuse/honest_reader.h"
#include "support/load/load.h"
#include "support/program/metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <iostream>
#include <thread>
#include <utility>

namespace mindspace::integration {
namespace {

constexpr int kUsers = 8;
constexpr int kSessionsEach = 30;
constexpr std::size_t kFewConnections = 64;
constexpr std::size_t kManyConnections = 1000;
constexpr std::size_t kVeryManyConnections = 6000;
constexpr std::size_t kTooManyConnections = 12000;  // too many to serve all in time

std::string read_sessions(const Person& person) {
    return "GET /api/v1/sessions HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer " + person.client.access_token() +
           "\r\n\r\n";
}

std::vector<std::string> requests_of_many(const Program& program) {
    std::vector<std::string> requests;
    for (int i = 0; i < kUsers; ++i) {
        auto person = register_person(program);
        json::array sessions;
        for (int day = 1; day <= kSessionsEach; ++day)
            sessions.push_back(offline_session(fmt::format("2026-03-{:02}T07:00:00Z", day)));
        import_all(person, std::move(sessions));
        requests.push_back(read_sessions(person));
    }
    return requests;
}

// Requests of the highest priority: how many were sent during the load, and how many were served.
struct First {
    int requested = 0;
    int served = 0;
    std::string refusals;

    void add(const Response& response) {
        ++requested;
        if (response.status == 200)
            ++served;
        else
            refusals += fmt::format("{} {} {}\n", response.status, response.failure, response.body);
    }
};
First ask_first_while(const Program& program, Person& person, const std::function<void()>& work) {
    std::atomic<bool> is_over = false;
    First seen;
    std::jthread asking([&] {
        Client client(program);
        while (!is_over) {
            const auto refreshed = client.post("/api/v1/auth/refresh", {{"refreshToken", person.refresh_token}});
            if (refreshed.status == 200) person.refresh_token = refreshed.text("/tokens/refreshToken");
            seen.add(refreshed);
            seen.add(client.get("/livez"));
            std::this_thread::sleep_for(50ms);
        }
    });
    work();
    is_over = true;
    asking.join();
    return seen;
}

class AbuseOverload : public testing::TestWithParam<std::size_t> {};

TEST_P(AbuseOverload, AtThreeTimesTheCapacityStillServesRequestsInTime) {
    Program program({{"MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS", "400"}});
    const auto requests = requests_of_many(program);
    auto person = register_person(program);
    const auto run = [&](std::size_t connections, double rate, std::chrono::milliseconds length) {
        return load(
            {.port = program.port(), .requests = requests, .connections = connections, .rate = rate, .length = length});
    };
    run(kFewConnections, 0, 1s);  // warm-up
    const auto capacity = run(kFewConnections, 0, 3s).per_second(200);
    // The clients use part of the processors, so the capacity is measured with the same number of them.
    const auto at_capacity = [&] { return run(GetParam(), capacity, 3s).per_second(200); };
    const auto before = at_capacity();
    LoadReport during;
    const auto first = ask_first_while(program, person, [&] { during = run(GetParam(), 3 * capacity, 6s); });
    const auto after = run(kFewConnections, capacity / 2, 6s);
    const auto goodput = during.per_second(200) / ((before + at_capacity()) / 2);
    std::cout << fmt::format(
        "abuse: three times the capacity of GET /sessions on {} connections\n"
        "  capacity {:.0f}/s; served {:.0f}/s, {:.0f} % of it and {:.0f} % of what as many clients get at the "
        "capacity, "
        "p99 {:.0f} ms\n"
        "  refused {:.0f}/s, of these {:.0f}/s whose clients waited for Retry-After, p99 {:.0f} ms\n"
        "  of what comes first {} of {} served; afterwards the last refusal after {} ms, p99 {:.0f} ms\n",
        GetParam(), capacity, during.per_second(200), 100 * during.per_second(200) / capacity, 100 * goodput,
        during.milliseconds(200, 0.99), during.per_second(503),
        static_cast<double>(during.first_refusals.count()) / during.took.count(),
        during.first_refusals.quantile(0.99).count(), first.served, first.requested, after.last_refusal.count(),
        after.milliseconds(200, 0.99));
    for (const auto* report : {&std::as_const(during), &after}) {
        EXPECT_EQ(report->broken, 0U);
        for (const auto& [status, times] : report->by_status)
            EXPECT_TRUE(status == 200 || status == 503) << status << ": " << times.count();
    }
    if (!is_shipped()) return;
    EXPECT_EQ(first.served, first.requested) << first.refusals;
    EXPECT_LE(after.last_refusal, scaled(5s));
    // Other processes, mostly the clients, take a share of the processors: docs/performance.md has the figures.
    // Thousands of clients that retry at once must at least not bring the service down.
    EXPECT_GE(goodput, GetParam() > kManyConnections ? 0.05 : 0.6);
    if (GetParam() > kManyConnections) return;
    EXPECT_LE(during.milliseconds(200, 0.99), static_cast<double>(scaled(1s).count()));
    EXPECT_LE(during.first_refusals.quantile(0.99), scaled(50ms));
}

INSTANTIATE_TEST_SUITE_P(Connections, AbuseOverload,
                         testing::Values(kManyConnections, kVeryManyConnections, kTooManyConnections));

TEST(AbuseLogins, ThatIgnoreRetryAfterDelayNoReader) {
    Program program(kFullPasswordHash);
    auto reader = register_person(program);
    const auto person = register_person(program);
    const auto quiet = observe_quiet(reader);
    LoadReport logins;
    const auto during = observe(reader, [&] {
        logins =
            load({.port = program.port(), .requests = {login_request_of(person)}, .connections = 200, .length = 5s});
    });
    expect_unharmed("200 clients log in and ignore Retry-After",
                    fmt::format("{:.0f} logins a second, {:.0f} refused, p99 {:.0f} ms", logins.per_second(200),
                                logins.per_second(503), logins.milliseconds(503, 0.99)),
                    quiet, during);
    EXPECT_GT(logins.count(200), 0U);
    EXPECT_GT(logins.count(503), 0U);
}

}  // namespace
}  // namespace mindspace::integration
