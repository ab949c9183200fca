// The control on a loop that is really late, and on a server whose database is said to be.

#include "platform/http/overload/overload_control.h"

#include "platform/http/api/router.h"
#include "platform/http/server/server.h"
#include "support/base/timeout.h"
#include "support/http/peer.h"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <thread>

namespace mindspace::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

Awaitable<Result<>> nothing() {
    co_return Result<>{};
}

Endpoint prioritized(std::string_view path, Priority priority, bool cached = false, Method method = Method::get) {
    return endpoint({.method = method,
                     .path = path,
                     .access = Access::anyone,
                     .summary = "A thing.",
                     .limit = LimitClass::none,
                     .priority = priority,
                     .cached = cached},
                    [](Call<>) { return nothing(); });
}

// From now on it serves more than a few requests.
void start_many(OverloadControl& control) {
    for (std::size_t i = 0; i < OverloadControl::kFewRequests; ++i) control.begin(nullptr);
}

TEST(OverloadControl, DetectsThatALoopIsLateAndThatItHasRecovered) {
    asio::io_context loop;
    OverloadControl control(loop, 40ms, [](Queue, std::size_t, auto) { return OverloadControl::Duration::zero(); });
    const auto usual = prioritized("/usual", Priority::usual);
    const auto first = prioritized("/first", Priority::first);
    start_many(control);
    const auto now = [] { return std::chrono::steady_clock::now(); };
    EXPECT_TRUE(control.admits(&usual, now()));
    // Each turn of the loop takes longer than a quarter of the target.
    EXPECT_TRUE(eventually([&] {
        std::this_thread::sleep_for(40ms);
        const bool is_refused = !control.admits(&usual, now());
        EXPECT_TRUE(control.admits(&first, now()));
        loop.poll();
        return is_refused && control.is_overloaded();
    }));
    // Nothing else to do: it ticks until it is quiet, and then ends by itself.
    loop.restart();
    loop.run();
    EXPECT_FALSE(control.is_overloaded());
    EXPECT_TRUE(control.admits(&usual, now()));
}

TEST(OverloadControl, AdmitsAFewRequestsHoweverSlowTheMachineIs) {
    asio::io_context loop;
    OverloadControl control(loop, 40ms, [](Queue, std::size_t, auto) -> OverloadControl::Duration { return 10s; });
    const auto usual = prioritized("/usual", Priority::usual);
    const auto now = std::chrono::steady_clock::now();
    EXPECT_TRUE(control.admits(&usual, now));
    EXPECT_TRUE(control.admits(&usual, now + QueueGate::kInterval));
    start_many(control);
    EXPECT_FALSE(control.admits(&usual, now + QueueGate::kInterval));
}

TEST(OverloadControl, CountsRequestsThatAreGoingToUseTheDatabase) {
    asio::io_context loop;
    std::size_t reads_ahead = 0;
    OverloadControl control(loop, 10s, [&](Queue queue, std::size_t ahead, auto) {
        if (queue == Queue::reads) reads_ahead = ahead;
        return OverloadControl::Duration::zero();
    });
    const auto read = prioritized("/read", Priority::usual);
    const auto cached = prioritized("/cached", Priority::usual, true);
    const auto write = prioritized("/write", Priority::usual, false, Method::post);
    for (const auto* endpoint : {&read, &cached, &write, &read}) control.begin(endpoint);
    EXPECT_TRUE(control.admits(&read, std::chrono::steady_clock::now()));
    EXPECT_EQ(reads_ahead, 2U);
    control.end(&read);
    EXPECT_TRUE(control.admits(&read, std::chrono::steady_clock::now()));
    EXPECT_EQ(reads_ahead, 1U);
}

TEST(OverloadControl, SpreadsClientsThatRetryImmediately) {
    asio::io_context loop;
    OverloadControl control(loop, 40ms, [](Queue, std::size_t, auto) { return OverloadControl::Duration::zero(); });
    const auto now = std::chrono::steady_clock::now();
    EXPECT_EQ(control.delay_after_refusal(now), now + 25ms);
    EXPECT_EQ(control.delay_after_refusal(now), now + 26ms);
    auto last = now;
    for (int i = 0; i < 1000; ++i) last = control.delay_after_refusal(now);
    EXPECT_EQ(last, now + 400ms);
    EXPECT_EQ(control.delay_after_refusal(now + 10ms), now + 401ms);
    EXPECT_EQ(control.delay_after_refusal(now + 10s), now + 10s + 25ms);
}

Awaitable<> wait_to_start(StartQueue& queue, int& begun) {
    co_await queue.wait();
    ++begun;
}

TEST(StartQueue, RunsOtherReadyWorkBetweenTwoBatches) {
    asio::io_context loop;
    StartQueue queue(loop);
    int begun = 0;
    for (int i = 0; i < 2 * StartQueue::kBatchSize + 1; ++i)
        asio::co_spawn(loop, wait_to_start(queue, begun), asio::detached);
    const auto now = std::chrono::steady_clock::now();
    EXPECT_EQ(queue.delay(now), 0s);
    asio::post(loop, [&] {
        EXPECT_EQ(begun, 0);
        EXPECT_GE(queue.delay(now + 1min), 50s) << "of the first that waits";
        asio::post(loop, [&] { EXPECT_EQ(begun, StartQueue::kBatchSize); });
    });
    loop.run();
    EXPECT_EQ(begun, 2 * StartQueue::kBatchSize + 1);
    EXPECT_EQ(queue.delay(now + 1min), 0s);
}

TEST(OverloadControl, StartsFewRequestsAndPriorityRequestsImmediately) {
    asio::io_context loop;
    OverloadControl control(loop, 40ms, [](Queue, std::size_t, auto) { return OverloadControl::Duration::zero(); });
    const auto usual = prioritized("/usual", Priority::usual);
    const auto first = prioritized("/first", Priority::first);
    EXPECT_FALSE(control.must_wait(&usual));
    start_many(control);
    EXPECT_TRUE(control.must_wait(&usual));
    EXPECT_TRUE(control.must_wait(nullptr));
    EXPECT_FALSE(control.must_wait(&first));
}

// A server of one core. Its database is as late as is said.
class OverloadedServer : public testing::Test {
protected:
    OverloadedServer() {
        Endpoints rows;
        rows.push_back(prioritized("/usual", Priority::usual));
        rows.push_back(prioritized("/first", Priority::first));
        rows.push_back(prioritized("/last", Priority::last));
        rows.push_back(prioritized("/cached", Priority::usual, true));
        rows.push_back(prioritized("/usual", Priority::usual, false, Method::post));
        BoundPort port("127.0.0.1", 0, 1);
        port_ = port.number();
        server_.emplace(loop_, ServerOptions{.paces_refused = true}, std::move(rows),
                        MiddlewareParts{.overload = &control_});
        server_->bind(port);
        server_->start();
        start_many(control_);
        thread_ = std::thread([this] { loop_.run(); });
    }
    void TearDown() override {
        asio::post(loop_, [this] {
            server_->stop();
            control_.stop();
            loop_.stop();
        });
        thread_.join();
        loop_.restart();
        loop_.poll();
    }

    [[nodiscard]] std::string get(std::string_view path) const {
        return fetch(port_, "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    // Says that the database is late, and asks until the server believes it.
    [[nodiscard]] bool is_overloaded_by_a_late_database() {
        database_delay_ = 20s;
        return eventually([this] { return get("/usual").starts_with("HTTP/1.1 503 "); });
    }

    asio::io_context loop_{1};
    std::atomic<OverloadControl::Duration> database_delay_{OverloadControl::Duration::zero()};
    OverloadControl control_{loop_, 10s, [this](Queue, std::size_t, auto) { return database_delay_.load(); }};
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST_F(OverloadedServer, RefusesRequestsThatWouldWaitAndServesOthers) {
    EXPECT_THAT(get("/usual"), StartsWith("HTTP/1.1 204 "));
    ASSERT_TRUE(is_overloaded_by_a_late_database());
    const auto refusal = get("/usual");
    EXPECT_THAT(refusal, HasSubstr("\r\nRetry-After: 1\r\n"));
    EXPECT_THAT(refusal, HasSubstr("\r\nContent-Type: application/problem+json\r\n"));
    EXPECT_THAT(refusal, HasSubstr("\"code\":\"overloaded\""));
    EXPECT_THAT(get("/last"), StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(get("/first"), StartsWith("HTTP/1.1 204 "));
    EXPECT_THAT(get("/cached"), StartsWith("HTTP/1.1 204 ")) << "it needs no database";
    EXPECT_THAT(get("/nothing"), StartsWith("HTTP/1.1 404 "));
    database_delay_ = OverloadControl::Duration::zero();
    EXPECT_THAT(get("/usual"), StartsWith("HTTP/1.1 204 ")) << "at once";
}

TEST_F(OverloadedServer, ARefusalHasTheRequestId) {
    ASSERT_TRUE(is_overloaded_by_a_late_database());
    const auto refusal =
        fetch(port_, "GET /usual HTTP/1.1\r\nHost: x\r\nX-Request-Id: this-one\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(refusal, HasSubstr("\r\nX-Request-Id: this-one\r\n"));
    EXPECT_THAT(refusal, testing::EndsWith(",\"requestId\":\"this-one\"}"));
}

TEST_F(OverloadedServer, RefusesBeforeItReadsContent) {
    database_delay_ = 20s;
    ASSERT_TRUE(eventually([this] {
        return fetch(port_, "POST /usual HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            .starts_with("HTTP/1.1 503 ");
    }));
    PlainClient client(port_);
    client.send("POST /usual HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\nExpect: 100-continue\r\n\r\n");
    const auto refusal = client.receive_all();
    EXPECT_THAT(refusal, StartsWith("HTTP/1.1 503 ")) << "not 100";
    EXPECT_THAT(refusal, HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(OverloadedServer, KeepsTheConnectionAndDelaysAClientThatRetriesImmediately) {
    ASSERT_TRUE(is_overloaded_by_a_late_database());
    PlainClient client(port_);
    const auto began = std::chrono::steady_clock::now();
    const auto request_again = [&](std::string_view path) {
        client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return client.receive_until("\r\n\r\n");
    };
    EXPECT_THAT(request_again("/usual"), StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(client.receive_until("}"), HasSubstr("overloaded"));
    EXPECT_THAT(request_again("/usual"), StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(client.receive_until("}"), HasSubstr("overloaded"));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 25ms);
    EXPECT_THAT(request_again("/first"), StartsWith("HTTP/1.1 204 ")) << "after a refusal, too";
}

TEST_F(OverloadedServer, ClosesADelayedConnectionWhenItStops) {
    ASSERT_TRUE(is_overloaded_by_a_late_database());
    PlainClient client(port_);
    client.send("GET /usual HTTP/1.1\r\nHost: x\r\n\r\nGET /usual HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.receive_until("}"), HasSubstr("overloaded"));
}

}  // namespace
}  // namespace mindspace::http
