// Where request bodies are read: what would hold the loop is read on a thread, and refused when too much waits.

#include "platform/http/server/server.h"
#include "support/base/timeout.h"
#include "support/http/peer.h"

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

namespace mindspace::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kLarge = 2 * kSmallBody;
constexpr std::string_view kBlocked = "held";

// What the reading of a text does in a test.
std::atomic<std::thread::id> read_on;
std::atomic<std::latch*> barrier = nullptr;  // that a text beginning with kBlocked waits for

bool record_thread(std::string_view text) {
    read_on = std::this_thread::get_id();
    if (auto* blocked_by = barrier.load(); blocked_by != nullptr && text.starts_with(kBlocked)) blocked_by->wait();
    return true;
}

const schema::Format kRecorded{"", &record_thread, ""};

struct Note {
    std::string text;

    static constexpr std::string_view kName = "Note";
    static constexpr auto fields() { return std::tuple{schema::field("text", &Note::text, {.format = &kRecorded})}; }
};

Awaitable<Result<>> keep(Note) {
    co_return Result<>{};
}

class LargeBody : public testing::Test {
protected:
    LargeBody() {
        Endpoints rows;
        rows.push_back(endpoint({.method = Method::post,
                                 .path = "/notes",
                                 .access = Access::anyone,
                                 .summary = "A note.",
                                 .limit = LimitClass::none,
                                 .max_body = 2 * kLarge},
                                [](Call<Note> call) { return keep(std::move(call.body)); }));
        BoundPort port("127.0.0.1", 0, 1);
        port_ = port.number();
        server_.emplace(loop_, ServerOptions{}, std::move(rows), MiddlewareParts{.large_bodies = &pool_});
        server_->bind(port);
        server_->start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    void TearDown() override {
        asio::post(loop_, [this] { server_->stop(); });
        thread_.join();
    }

    [[nodiscard]] std::string post(std::string text, std::size_t size) const {
        text.resize(size, 'x');
        const auto body = R"({"text":")" + text + R"("})";
        return fetch(port_,
                     "POST /notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                     "Content-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    WorkerPool pool_{"large_bodies", 1, 0};
    asio::io_context loop_{1};
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST_F(LargeBody, IsReadOnAThreadAndASmallOneOnTheLoop) {
    EXPECT_THAT(post("", 100), StartsWith("HTTP/1.1 204 "));
    EXPECT_EQ(read_on, thread_.get_id());
    EXPECT_THAT(post("", kLarge), StartsWith("HTTP/1.1 204 "));
    EXPECT_NE(read_on, thread_.get_id());
}

TEST_F(LargeBody, DelaysNoOtherRequestAndIsRefusedWhenTooManyWait) {
    std::latch end_of_reading{1};
    barrier = &end_of_reading;
    auto first = std::async(std::launch::async, [this] { return post(std::string(kBlocked), kLarge); });
    EXPECT_TRUE(eventually([&] { return pool_.stats().running == 1; }));
    EXPECT_THAT(post("", 100), StartsWith("HTTP/1.1 204 "));
    EXPECT_THAT(post("", kLarge), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n"),
                                        HasSubstr(R"("code":"unavailable")")));
    EXPECT_EQ(pool_.stats().rejected, 1U);
    end_of_reading.count_down();
    EXPECT_THAT(first.get(), StartsWith("HTTP/1.1 204 "));
    barrier = nullptr;
}

Awaitable<> read_last(std::shared_ptr<const std::string> memory, WorkerPool& pool, std::latch& begun, std::latch& ended,
                      std::promise<char>& last) {
    const RequestHead head;
    Exchange exchange{.head = head, .body = *memory};
    exchange.memory = memory;
    exchange.large_bodies = &pool;
    auto read = [&](std::string_view body) {
        begun.count_down();
        ended.wait();
        last.set_value(body.back());
        return 0;
    };
    co_await exchange.work_on_body(std::move(read));
}

TEST(LargeBodyOfALoopThatEnds, StaysUntilItsThreadHasReadIt) {
    std::latch begun{1};
    std::latch ended{1};
    std::promise<char> last;
    WorkerPool pool("large_bodies", 1, 0);
    {
        asio::io_context loop;
        asio::co_spawn(loop, read_last(std::make_shared<const std::string>(kLarge, 'x'), pool, begun, ended, last),
                       asio::detached);
        loop.poll();
        begun.wait();
    }
    ended.count_down();
    EXPECT_EQ(last.get_future().get(), 'x');
}

}  // namespace
}  // namespace mindspace::http
