// Callers that are cancelled while PostgreSQL executes their statement, like a request at its deadline.

#include "platform/async/cancellation.h"
#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace mindspace::postgres {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Statement kEchoNumber{"test_echo", "select $1::int8"};
constexpr Statement kInsertItem{"test_insert", "insert into items values ($1)"};
constexpr Statement kInsertItemSlowly{"test_insert_slowly", "insert into items select $1 from pg_sleep(0.3)"};
constexpr Statement kCountItems{"test_count", "select count(*) from items"};

class PostgresCancellation : public testing::Test {
protected:
    PostgresCancellation() {
        run(io_, session_.connect());
        run(io_, session_.execute("create table items (id int8 primary key)"));
        client_.start();
        run_until(io_, [&] { return client_.is_up(); });
    }
    ~PostgresCancellation() override {
        client_.stop();
        session_.close();
        run_to_end(io_);
    }

    // Records how the work ends.
    template <class T>
    TaskGroup::Task begin(Awaitable<T> work) {
        auto task = tasks_.spawn(note_end(std::move(work)));
        io_.restart();
        io_.poll();
        return task;
    }
    template <class T>
    Awaitable<> note_end(Awaitable<T> work) {
        try {
            co_await std::move(work);
            ends_.emplace_back("done");
        } catch (const std::exception& fault) {
            ends_.emplace_back(is_cancellation(fault) ? "cancelled" : fault.what());
        }
    }
    void cancel(const TaskGroup::Task& task) {
        task.cancel();
        io_.poll();
    }

    std::int64_t echo(std::int64_t number) {
        return run(io_, client_.query(kEchoNumber, number))[0].get<std::int64_t>(0);
    }
    std::int64_t count() { return run(io_, client_.query(kCountItems))[0].get<std::int64_t>(0); }

    asio::io_context io_;
    std::string conninfo_ = TestServer::shared().create_database();
    Session session_{io_, {.conninfo = conninfo_}};
    Client client_{io_, {.conninfo = conninfo_, .connections = 1}};
    TaskGroup tasks_{io_};
    std::vector<std::string> ends_;
};

TEST_F(PostgresCancellation, TheCallerReturnsImmediatelyAndNoOtherGetsItsReply) {
    const auto slow = begin(client_.query(kSleep, 0.3));
    cancel(slow);
    EXPECT_THAT(ends_, ElementsAre("cancelled")) << "long before the statement ends";
    EXPECT_EQ(client_.stats().in_flight.value(), 1);
    EXPECT_EQ(echo(7), 7);
    EXPECT_EQ(echo(8), 8);
    EXPECT_EQ(client_.stats().in_flight.value(), 0);
    EXPECT_TRUE(client_.is_up());
}

TEST_F(PostgresCancellation, AnUnsentRequestIsNotExecuted) {
    begin(client_.query(kSleep, 0.2));
    run_until(io_, [&] { return client_.stats().in_flight.value() == 1; });
    const auto insert = begin(client_.query(kInsertItem, std::int64_t{1}));
    cancel(insert);
    EXPECT_THAT(ends_, ElementsAre("cancelled"));
    EXPECT_EQ(count(), 0);
    EXPECT_THAT(ends_, ElementsAre("cancelled", "done"));
}

TEST_F(PostgresCancellation, ASentRequestIsExecutedCompletely) {
    std::vector<Query> both;
    both.push_back(bind(kInsertItemSlowly, std::int64_t{1}));
    both.push_back(bind(kInsertItem, std::int64_t{2}));
    const auto insert = begin(client_.transaction(std::move(both)));
    cancel(insert);
    EXPECT_THAT(ends_, ElementsAre("cancelled"));
    EXPECT_EQ(count(), 2);
}

TEST_F(PostgresCancellation, ARequestRolledBackWithItsUnitIsNotResent) {
    run(io_, client_.query(kInsertItem, std::int64_t{1}));
    begin(client_.query(kSleep, 0.2));  // later requests queue up after it and are sent together
    const auto slow = begin(client_.query(kInsertItemSlowly, std::int64_t{2}));
    begin(client_.query(kInsertItem, std::int64_t{1}));
    run_until(io_, [&] { return ends_.size() == 1; });
    run_until(io_, [&] { return client_.stats().in_flight.value() == 2; });
    io_.run_for(50ms);  // the unit is in flight
    cancel(slow);
    EXPECT_THAT(ends_, ElementsAre("done", "cancelled"));
    run_until(io_, [&] { return ends_.size() == 3; });
    EXPECT_EQ(count(), 1) << "the other one failed, and took both back";
}

TEST_F(PostgresCancellation, ACancelledCallOfASessionClosesIt) {
    run(io_, session_.execute("begin"));
    run(io_, session_.query(kInsertItem, std::int64_t{1}));
    const auto slow = begin(session_.query(kSleep, 3600.0));
    io_.run_for(50ms);
    cancel(slow);
    EXPECT_THAT(ends_, ElementsAre("cancelled"));
    EXPECT_FALSE(session_.is_open()) << "its reply would be taken for another's";
    run(io_, session_.connect());
    EXPECT_EQ(run(io_, session_.query(kCountItems))[0].get<std::int64_t>(0), 0) << "its transaction is undone";
}

TEST_F(PostgresCancellation, AnIdleSessionOutlivesItsCaller) {
    run(io_, session_.execute("begin"));
    const auto idle = begin(session_.query(kEchoNumber, std::int64_t{1}));
    run_until(io_, [&] { return ends_.size() == 1; });
    cancel(idle);
    EXPECT_THAT(ends_, ElementsAre("done"));
    EXPECT_TRUE(session_.is_open());
    run(io_, session_.execute("rollback"));
}

}  // namespace
}  // namespace mindspace::postgres
