#include "platform/postgres/connection/listener.h"

#include "platform/postgres/connection/session.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <vector>

namespace mindspace::postgres {
namespace {

constexpr Statement kNotify{"test_notify", "select 1 from pg_notify($1, $2)"};
constexpr Statement kListeners{
    "test_listeners", "select pid from pg_stat_activity where datname = current_database() and query like 'listen%'"};

class PostgresListener : public testing::Test {
protected:
    PostgresListener() {
        run(io_, session_.connect());
        listener_.start();
        run_until(io_, [&] { return times_listening_ == 1; });
    }

    asio::io_context io_;
    std::string conninfo_ = TestServer::shared().create_database();
    Session session_{io_, {.conninfo = conninfo_}};
    std::vector<std::string> received_;
    int times_listening_ = 0;
    Listener listener_{io_, conninfo_, "Odd \"channel\"", [this](std::string payload) { received_.push_back(payload); },
                       [this] { ++times_listening_; }};
};

TEST_F(PostgresListener, ReceivesItsChannelInOrder) {
    run(io_, session_.query(kNotify, "Odd \"channel\"", "one"));
    run(io_, session_.query(kNotify, "other", "not for us"));
    run(io_, session_.query(kNotify, "Odd \"channel\"", "two"));
    run_until(io_, [&] { return received_.size() == 2; });
    EXPECT_EQ(received_, (std::vector<std::string>{"one", "two"}));
}

TEST_F(PostgresListener, ReportsThatItHasHeardAllEarlierNotifications) {
    std::vector<std::string> received;
    std::chrono::steady_clock::time_point heard;
    Listener listener(
        io_, conninfo_, "heard", [&](std::string payload) { received.push_back(std::move(payload)); }, [] {},
        [&](auto sent_at) { heard = sent_at; });
    listener.start();
    run_until(io_, [&] { return heard != std::chrono::steady_clock::time_point(); });
    for (int i = 0; i < 3; ++i) {
        run(io_, session_.query(kNotify, "heard", "one"));
        const auto notified_at = std::chrono::steady_clock::now();
        run_until(io_, [&] { return heard > notified_at; });
        EXPECT_EQ(received.size(), static_cast<std::size_t>(i) + 1);
    }
}

TEST_F(PostgresListener, ListensAgainAfterALossAndReportsIt) {
    auto backend = run(io_, session_.query(kListeners))[0].get<std::int32_t>(0);
    kill(backend, SIGTERM);
    run_until(io_, [&] { return times_listening_ == 2; });
    run(io_, session_.query(kNotify, "Odd \"channel\"", "again"));
    run_until(io_, [&] { return received_.size() == 1; });
}

TEST_F(PostgresListener, CallsNothingOnceStopped) {
    listener_.stop();
    run(io_, session_.query(kNotify, "Odd \"channel\"", "late"));
    session_.close();
    run_to_end(io_);  // otherwise a stopped listener leaves unfinished work
    EXPECT_TRUE(received_.empty());
}

}  // namespace
}  // namespace mindspace::postgres
