// Whatever a server responds, also to what it cannot read, what comes too late and what is too much, has passed the
// middleware: it names its request, may be read by the page that asked, is protected and counted.

#include "platform/http/server/server.h"
#include "support/base/timeout.h"
#include "support/http/peer.h"

#include <gmock/gmock.h>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace mindspace::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

// Sees the responses, from where idempotency stands. Read by the test's thread.
class ResponseProbe final : public Step {
public:
    Awaitable<> after(Exchange&, Response& response) override {
        const std::scoped_lock lock(mutex_);
        statuses_.push_back(response.status);
        return {};
    }
    [[nodiscard]] std::vector<int> take() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(statuses_, {});
    }

private:
    std::mutex mutex_;
    std::vector<int> statuses_;
};

struct Handlers {
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
};

// Counts the coroutine that holds it.
class Running {
public:
    explicit Running(Handlers& handlers) : handlers_(handlers) { ++handlers_.begun; }
    ~Running() { ++handlers_.ended; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    Handlers& handlers_;
};

Awaitable<> wait_forever(Handlers& handlers) {
    const Running running(handlers);
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
}

Awaitable<Result<>> never_respond(Handlers& handlers) {
    co_await wait_forever(handlers);
    co_return Result<>{};
}

Awaitable<bool> never_end(BodyWriter& writer, Handlers& handlers) {
    const bool taken = co_await writer.write("beginning");
    co_await wait_forever(handlers);
    co_return taken;
}

Awaitable<Result<Response>> stream_without_end(Handlers& handlers) {
    Response response{.body = {}};
    response.stream =
        BodyStream{.length = {}, .write = [&handlers](BodyWriter& writer) { return never_end(writer, handlers); }};
    co_return response;
}

Awaitable<Result<>> respond_at_once() {
    co_return Result<>{};
}

Declaration at(Method method, std::string_view path) {
    return {.method = method, .path = path, .access = Access::anyone, .summary = "", .limit = LimitClass::none};
}

class EveryResponse : public testing::Test {
protected:
    void serve(ServerOptions options) {
        Endpoints rows;
        rows.push_back(endpoint(at(Method::get, "/page"), [](Call<>) { return respond_at_once(); }));
        rows.push_back(endpoint(at(Method::post, "/page"), [](Call<>) { return respond_at_once(); }));
        rows.push_back(endpoint(at(Method::get, "/never"), [this](Call<>) { return never_respond(handlers_); }));
        rows.push_back(endpoint(at(Method::get, "/endless"), [this](Call<>) { return stream_without_end(handlers_); }));
        BoundPort port("127.0.0.1", 0, 1);
        port_ = port.number();
        server_.emplace(loop_, std::move(options), std::move(rows),
                        MiddlewareParts{.cors = &cors_, .idempotency = &probe_});
        server_->bind(port);
        server_->start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    // The loop runs out: nothing is left that waits.
    void stop() {
        asio::post(loop_, [this] { server_->stop(); });
        thread_.join();
    }
    void TearDown() override {
        if (thread_.joinable()) stop();
    }

    [[nodiscard]] std::string response_to(std::string_view request) const { return http::fetch(port_, request); }
    [[nodiscard]] std::string metrics() const {
        telemetry::Page page;
        collect({&server_->metrics()}, page);
        return page.text();
    }

    void expect_passed(const std::string& response, int status) {
        EXPECT_THAT(response, StartsWith("HTTP/1.1 " + std::to_string(status) + " "));
        EXPECT_THAT(response, HasSubstr("\r\nX-Request-Id: "));
        EXPECT_THAT(response, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
        EXPECT_THAT(response, HasSubstr("\r\nVary: Origin\r\n"));
        EXPECT_THAT(probe_.take(), ElementsAre(status)) << "once";
    }
    void expect_readable_by_its_page(const std::string& response) {
        EXPECT_THAT(response, HasSubstr("\r\nX-Request-Id: mine\r\n"));
        EXPECT_THAT(response, HasSubstr("\r\nAccess-Control-Allow-Origin: https://friend.example\r\n"));
    }

    asio::io_context loop_{1};
    CorsPolicy cors_{{"https://friend.example"}};
    ResponseProbe probe_;
    Handlers handlers_;
    std::optional<Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

const std::string kMarkedFields = "Host: x\r\nOrigin: https://friend.example\r\nX-Request-Id: mine\r\n";

TEST_F(EveryResponse, ToARequestThatIsNotServedPassesTheMiddleware) {
    serve({});
    const std::string close = kMarkedFields + "Connection: close\r\n";
    const std::pair<int, std::string> requests[] = {
        {204, "GET /page HTTP/1.1\r\n" + close + "\r\n"},
        {404, "GET /nothing HTTP/1.1\r\n" + close + "\r\n"},
        {405, "DELETE /page HTTP/1.1\r\n" + close + "\r\n"},
        {400, "GET /page HTTP/1.1\r\n" + kMarkedFields + "X-A : b\r\n\r\n"},
        {413, "POST /page HTTP/1.1\r\n" + kMarkedFields + "Content-Length: 99999999\r\n\r\n"},
        {400, "POST /page HTTP/1.1\r\n" + kMarkedFields + "Transfer-Encoding: chunked\r\n\r\nx\r\n"},
        {431, "GET /page HTTP/1.1\r\n" + kMarkedFields + "X-Long: " + std::string(20'000, 'x') + "\r\n\r\n"},
        {501, "POST /page HTTP/1.1\r\n" + kMarkedFields + "Transfer-Encoding: gzip\r\n\r\n"},
        {505, "GET /page HTTP/2.0\r\n" + kMarkedFields + "\r\n"}};
    for (const auto& [status, request] : requests) {
        const auto response = response_to(request);
        expect_passed(response, status);
        expect_readable_by_its_page(response);
    }
    const auto page = metrics();
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="POST",route="/page",status="4xx"} 2)")) << "413 and 400";
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="any",route="unmatched",status="4xx"} 4)"));
    EXPECT_THAT(page, HasSubstr(R"(requests_total{method="any",route="unmatched",status="5xx"} 2)"));
}

TEST_F(EveryResponse, ToAnUnreadableRequestAllowsNoOrigin) {
    serve({});
    const std::pair<int, std::string> requests[] = {{414, "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n"},
                                                    {400, "\x16\x03\x01\r\n\r\n"}};
    for (const auto& [status, request] : requests) {
        const auto response = response_to(request);
        expect_passed(response, status);
        EXPECT_EQ(response.find("Access-Control-Allow-Origin"), std::string::npos);
    }
}

TEST_F(EveryResponse, ToAClientThatIsTooSlowPassesTheMiddleware) {
    serve({.header_timeout = 1s, .body_timeout = 1s});
    for (const auto* request : {"GET /page HTTP/1.1\r\n", "POST /page HTTP/1.1\r\n"}) {
        const auto response = response_to(request + kMarkedFields + "Content-Length: 9\r\n");
        expect_passed(response, 408);
        expect_readable_by_its_page(response);
    }
    const auto response = response_to("POST /page HTTP/1.1\r\n" + kMarkedFields + "Content-Length: 9\r\n\r\nx");
    expect_passed(response, 408);
    expect_readable_by_its_page(response);
    EXPECT_THAT(metrics(), HasSubstr(R"(requests_total{method="POST",route="/page",status="4xx"} 1)"));
}

TEST_F(EveryResponse, ToOneConnectionTooManyPassesTheMiddleware) {
    serve({.max_connections = 100, .max_connections_per_network = 1});
    const PlainClient first(port_);
    EXPECT_TRUE(eventually([&] { return server_->metrics().connections.value() == 1; }));
    const auto response = PlainClient(port_).receive_all();
    expect_passed(response, 503);
    EXPECT_THAT(response, HasSubstr("\"too_many_connections\""));
    EXPECT_THAT(metrics(), HasSubstr(R"(requests_total{method="any",route="unmatched",status="5xx"} 1)"));
}

TEST_F(EveryResponse, AtTheDeadlineFollowsTheEndOfTheHandlerAndPassesTheMiddleware) {
    serve({.request_timeout = 1s});
    PlainClient client(port_);
    client.send("GET /never HTTP/1.1\r\n" + kMarkedFields + "\r\n");
    const auto response = client.receive_all();
    EXPECT_EQ(handlers_.ended, 1) << "before the response";
    expect_passed(response, 504);
    expect_readable_by_its_page(response);
    EXPECT_THAT(response, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(response, HasSubstr("\"deadline_exceeded\""));
    EXPECT_THAT(metrics(), HasSubstr(R"(requests_total{method="GET",route="/never",status="5xx"} 1)"));
    expect_passed(response_to("GET /page HTTP/1.1\r\n" + kMarkedFields + "Connection: close\r\n\r\n"), 204);
}

TEST_F(EveryResponse, ThatIsStreamedEndsWithItsDeadline) {
    serve({.request_timeout = 1s});
    EXPECT_THAT(response_to("GET /endless HTTP/1.1\r\n" + kMarkedFields + "\r\n"), HasSubstr("beginning"));
    EXPECT_TRUE(eventually([&] { return handlers_.ended == 1; }));
    EXPECT_THAT(probe_.take(), ElementsAre(200));
    expect_passed(response_to("GET /page HTTP/1.1\r\n" + kMarkedFields + "Connection: close\r\n\r\n"), 204);
}

TEST_F(EveryResponse, ThatIsAwaitedWhenTheServerStopsIsCancelled) {
    serve({});
    const PlainClient client(port_);
    client.send("GET /never HTTP/1.1\r\n" + kMarkedFields + "\r\n");
    EXPECT_TRUE(eventually([&] { return handlers_.begun == 1; }));
    stop();
    EXPECT_EQ(handlers_.ended, 1);
}

}  // namespace
}  // namespace mindspace::http
