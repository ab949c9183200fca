// What clients do not read, on a real server: every kind of response counts, and is refused when too much waits.

#include "platform/http/server/server.h"
#include "support/base/timeout.h"
#include "support/http/peer.h"

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>

#include <thread>

namespace mindspace::http {
namespace {

using testing::StartsWith;

constexpr std::size_t kPart = 64 * 1024;
constexpr int kParts = 512;

Awaitable<Result<Response>> long_response() {
    co_return Response{.body = std::string(kPart, 'x')};
}

Awaitable<bool> write_parts(BodyWriter& writer) {
    const std::string part(kPart, 'x');
    for (int i = 0; i < kParts; ++i) {
        const bool taken = co_await writer.write(part);
        if (!taken) co_return false;
    }
    co_return true;
}

Awaitable<Result<Response>> streamed() {
    Response response{.body = {}};
    response.stream = BodyStream{.length = {}, .write = [](BodyWriter& writer) { return write_parts(writer); }};
    co_return response;
}

Declaration page_at(std::string_view path) {
    return {
        .method = Method::get, .path = path, .access = Access::anyone, .summary = "A page.", .limit = LimitClass::none};
}

class UnreadResponses : public testing::Test {
protected:
    void serve(std::size_t max_unread_per_network, std::size_t max_unread) {
        Endpoints rows;
        rows.push_back(endpoint(page_at("/whole"), [](Call<>) { return long_response(); }));
        rows.push_back(endpoint(page_at("/streamed"), [](Call<>) { return streamed(); }));
        const ServerOptions options{.max_unread_per_network = max_unread_per_network, .max_unread = max_unread};
        BoundPort port("127.0.0.1", 0, 1);
        port_ = port.number();
        server_.emplace(loop_, options, std::move(rows), MiddlewareParts{});
        server_->bind(port);
        server_->start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    void TearDown() override {
        asio::post(loop_, [this] { server_->stop(); });
        thread_.join();
    }

    [[nodiscard]] std::string get(std::string_view path) const {
        return fetch(port_, "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    [[nodiscard]] std::uint64_t refused(ClientNetworks::Bound bound) const {
        return server_->metrics().unread_refused[static_cast<std::size_t>(bound)].value();
    }

    asio::io_context loop_{1};
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

TEST_F(UnreadResponses, OfEveryKindAreRefusedBeyondTheBoundOfTheirNetwork) {
    serve(kPart / 2, 1024 * kPart);
    EXPECT_EQ(get("/whole"), "");
    EXPECT_EQ(refused(ClientNetworks::Bound::network), 1U);
    EXPECT_EQ(get("/streamed"), "");
    EXPECT_EQ(refused(ClientNetworks::Bound::network), 2U);
    EXPECT_THAT(get("/nothing"), StartsWith("HTTP/1.1 404 ")) << "a small one is granted";
}

TEST_F(UnreadResponses, OfEveryKindAreRefusedBeyondTheBoundOfAll) {
    serve(1024 * kPart, kPart / 2);
    EXPECT_EQ(get("/whole"), "");
    EXPECT_EQ(get("/streamed"), "");
    EXPECT_EQ(refused(ClientNetworks::Bound::total), 2U);
}

TEST_F(UnreadResponses, AreCountedWhileTheyWait) {
    serve(4 * kPart, 1024 * kPart);
    {
        const PlainClient client(port_);
        client.send("GET /streamed HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(
            eventually([&] { return server_->metrics().unread_bytes.value() >= static_cast<std::int64_t>(kPart); }));
    }
    EXPECT_TRUE(eventually([&] { return server_->metrics().unread_bytes.value() == 0; }));
    EXPECT_GT(get("/streamed").size(), kPart * kParts) << "who reads gets all of it";
}

}  // namespace
}  // namespace mindspace::http
