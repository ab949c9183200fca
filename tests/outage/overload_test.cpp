// More load than the program can or should serve: slow clients, more passwords than can be hashed, more queries than
// the database can execute.

#include "support/load/load.h"
#include "support/network/raw_connection.h"
#include "support/postgres/database.h"
#include "support/program/metrics.h"
#include "support/program/person.h"
#include "support/program/suite_program.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace mindspace::integration {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// The promised figures apply to the release build; one with sanitizers is far slower.
struct Figures {
    std::chrono::milliseconds refusal;  // of a surplus login
    std::chrono::milliseconds others;   // of any other call at the same time
};
Figures promised() {
    return is_shipped() ? Figures{.refusal = 100ms, .others = 50ms} : Figures{.refusal = 1s, .others = 500ms};
}

class Times {
public:
    void add(SteadyClock::time_point began) {
        const auto took = SteadyClock::now() - began;
        const std::scoped_lock lock(mutex_);
        times_.push_back(took);
    }
    // The p99; there must be some values.
    std::chrono::duration<double, std::milli> p99() {
        const std::scoped_lock lock(mutex_);
        const auto at = times_.begin() + static_cast<std::ptrdiff_t>(times_.size() * 99 / 100);
        std::ranges::nth_element(times_, at);
        return *at;
    }

private:
    std::mutex mutex_;
    std::vector<SteadyClock::duration> times_;
};

TEST(Overload, BySlowClientsDelaysNoOtherClient) {
    Program program({{"MINDSPACE_HTTP_HEADER_TIMEOUT_SECONDS", "2"}});
    auto person = register_person(program);
    std::vector<std::unique_ptr<RawConnection>> slow;
    for (int i = 0; i < 500; ++i) {
        slow.push_back(std::make_unique<RawConnection>(program.port()));
        slow.back()->send("GET /livez HTTP/1.1\r\nHost: h\r\nX-");
    }
    const auto began = SteadyClock::now();
    while (SteadyClock::now() - began < 1s) {
        const auto sent_at = SteadyClock::now();
        ASSERT_TRUE(is(person.client.get(kMe), 200));
        EXPECT_LT(SteadyClock::now() - sent_at, scaled(250ms));
    }
    // Sending a byte occasionally does not extend the deadline.
    for (const auto& connection : slow) connection->send("a");
    for (const auto& connection : slow) EXPECT_TRUE(connection->receive_all().starts_with("HTTP/1.1 408 "));
    EXPECT_LT(SteadyClock::now() - began, scaled(6s));
    EXPECT_TRUE(is(person.client.get(kMe), 200));
}

TEST(Overload, OfPasswordHashingIsRefusedImmediatelyAndDelaysNoOtherClient) {
    Environment settings{{"MINDSPACE_AUTH_HASH_THREADS", "1"}, {"MINDSPACE_AUTH_HASH_QUEUE", "4"}};
    settings.insert(kFullPasswordHash.begin(), kFullPasswordHash.end());
    Program program(settings);
    auto person = register_person(program);
    const json::object login{{"email", person.email}, {"password", kPassword}};
    Times refusals;
    Times others;
    std::atomic<int> refused = 0;
    std::atomic<int> admitted = 0;
    std::atomic<bool> is_over = false;
    {
        std::vector<std::jthread> logins;
        for (int i = 0; i < 16; ++i)
            logins.emplace_back([&] {
                Client client(program);
                while (!is_over) {
                    const auto sent_at = SteadyClock::now();
                    const auto response = client.post("/api/v1/auth/login", login);
                    if (response.status == 200) {
                        ++admitted;
                        continue;
                    }
                    EXPECT_TRUE(is_problem(response, 503, "unavailable"));
                    EXPECT_TRUE(response.header("retry-after"));
                    refusals.add(sent_at);
                    ++refused;
                }
            });
        for (int i = 0; i < 200; ++i) {
            const auto sent_at = SteadyClock::now();
            EXPECT_TRUE(is(person.client.get(kMe), 200));
            others.add(sent_at);
        }
        is_over = true;
    }
    ASSERT_GT(refused, 0);
    EXPECT_GT(admitted, 0);
    EXPECT_LT(refusals.p99(), promised().refusal) << "refusals must not wait";
    EXPECT_LT(others.p99(), promised().others);
}

// A flood of passwords from unknown networks, each from another network, leaves queue slots for known networks.
TEST(Overload, OfPasswordHashingLeavesSlotsForKnownNetworks) {
    Environment settings{{"MINDSPACE_AUTH_HASH_THREADS", "1"}, {"MINDSPACE_AUTH_HASH_QUEUE", "8"}};
    settings.insert(kFullPasswordHash.begin(), kFullPasswordHash.end());
    Program program(settings);
    const auto person = register_person(program);
    auto log_in = [&](const std::string& email, std::string_view password, const std::string& address) {
        return Client(program).post(kLogin, {{"email", email}, {"password", password}}, {{"X-Forwarded-For", address}});
    };
    const std::string home = "198.51.100.7";
    ASSERT_TRUE(is(log_in(person.email, kPassword, home), 200));
    std::atomic<int> refused = 0;
    std::atomic<int> number = 0;
    std::atomic<bool> is_over = false;
    {
        std::vector<std::jthread> unknown_clients;
        for (int i = 0; i < 16; ++i)
            unknown_clients.emplace_back([&] {
                while (!is_over) {
                    const int n = ++number;
                    const auto address = "203.0." + std::to_string(n / 250 % 250) + "." + std::to_string(n % 250);
                    if (log_in(new_email(), "a common one", address).status == 503) ++refused;
                }
            });
        EXPECT_TRUE(eventually([&] { return refused >= 20; }));
        const auto before = refused.load();
        for (int i = 0; i < 20; ++i) EXPECT_TRUE(is(log_in(person.email, kPassword, home), 200));
        EXPECT_GT(refused, before) << "the flood continues";
        is_over = true;
    }
    const auto port = program.management_port("auth");
    EXPECT_GT(metric(port, R"(mindspace_pool_rejected_total{pool="hashing",reason="reserved"})"), 0);
    EXPECT_GE(metric(port, "mindspace_login_networks"), 1);
}

// From now on a query of the list of groups takes the database that long, without any work. It uses a function, because
// the planner may optimise a sleep in a join away when there is no group.
void slow_down_groups(const Program& program, std::chrono::milliseconds by) {
    const auto seconds = std::to_string(std::chrono::duration<double>(by).count());
    query(program, "ALTER TABLE groups RENAME TO quick_groups");
    query(program,
          "CREATE FUNCTION slow_groups() RETURNS SETOF quick_groups LANGUAGE plpgsql AS $$ BEGIN "
          "PERFORM pg_sleep(" +
              seconds + "); RETURN QUERY SELECT * FROM quick_groups; END $$");
    query(program, "CREATE VIEW groups AS SELECT * FROM slow_groups()");
}

std::string request_of(const std::string& path, const Person& person) {
    return "GET " + path + " HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer " + person.client.access_token() +
           "\r\n\r\n";
}

TEST(Overload, OfTheDatabaseIsRefusedImmediatelyExceptForPriorityRequests) {
    Program program({{"MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS", "50"}});
    auto person = register_person(program);
    const auto groups = "/api/v1/groups?state=scheduled";
    ASSERT_TRUE(is(person.client.get(groups), 200));
    slow_down_groups(program, 10ms);
    const auto port = program.management_port("meditation");
    const auto refused = [&] {
        return metric(port, "mindspace_overload_refused_total{priority=\"usual\",queue=\"database_reads\"}");
    };
    std::atomic<bool> is_over = false;
    LoadReport report;
    {
        std::jthread clients([&] {
            report = load({.port = program.port(),
                           .requests = {request_of(groups, person)},
                           .connections = 200,
                           .length = 120s,
                           .should_stop = [&] { return is_over.load(); }});
        });
        EXPECT_TRUE(eventually([&] { return refused() > 0 && metric(port, "mindspace_overloaded") > 0; }));
        Client anyone(program);
        for (int i = 0; i < 5; ++i) {
            EXPECT_TRUE(is(anyone.get("/livez"), 200));
            EXPECT_TRUE(is(anyone.get("/readyz"), 200));
            // It needs no database, but the loop of a slow machine may be late as well.
            EXPECT_TRUE(eventually([&] { return person.client.get(kMe).status == 200; }));
            const auto refreshed = anyone.post("/api/v1/auth/refresh", {{"refreshToken", person.refresh_token}});
            ASSERT_TRUE(is(refreshed, 200));
            person.refresh_token = refreshed.text("/tokens/refreshToken");
        }
        is_over = true;
    }
    EXPECT_GT(report.count(200), 0U) << "requests within the capacity are served";
    EXPECT_GT(report.count(503), 0U);
    EXPECT_EQ(report.broken, 0U) << "a refusal keeps the connection";
    EXPECT_EQ(report.count(200) + report.count(503), [&] {
        std::size_t all = 0;
        for (const auto& [status, times] : report.by_status) all += times.count();
        return all;
    }());
    EXPECT_TRUE(eventually([&] { return metric(port, "mindspace_overloaded") == 0; })) << "the overload ends";
    EXPECT_TRUE(is(person.client.get(groups), 200));
    EXPECT_NE(program.log().find("overload_began"), std::string::npos);
    EXPECT_NE(program.log().find("overload_ended"), std::string::npos);
}

TEST(Overload, IsReportedAsAProblemWithRetryAfter) {
    Program program({{"MINDSPACE_HTTP_MAX_QUEUE_DELAY_MS", "50"}});
    auto person = register_person(program);
    const auto groups = "/api/v1/groups?state=scheduled";
    slow_down_groups(program, 10ms);
    std::atomic<bool> is_over = false;
    std::jthread clients([&] {
        load({.port = program.port(),
              .requests = {request_of(groups, person)},
              .connections = 200,
              .length = 120s,
              .should_stop = [&] { return is_over.load(); }});
    });
    Client client(program, person.client.access_token());
    Response refusal;
    EXPECT_TRUE(eventually([&] {
        std::this_thread::sleep_for(
            30ms);  // not right behind requests that are served together, when there would be capacity
        refusal = client.get(groups, {{"Origin", std::string(kAllowedOrigin)}});
        return refusal.status == 503;
    }));
    is_over = true;
    EXPECT_TRUE(is_problem(refusal, 503, "overloaded"));
    EXPECT_EQ(refusal.header("retry-after"), "1");
    EXPECT_EQ(refusal.header("access-control-allow-origin"), kAllowedOrigin) << "browsers may read it";
    EXPECT_EQ(refusal.header("content-type"), "application/problem+json");
}

}  // namespace
}  // namespace mindspace::integration
