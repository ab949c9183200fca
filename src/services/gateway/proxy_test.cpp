#include "services/gateway/proxy.h"

#include "platform/http/api/endpoint_table.h"
#include "platform/http/server/server.h"
#include "support/base/timeout.h"
#include "support/http/peer.h"
#include "support/telemetry/recording_tracer.h"

#include <gmock/gmock.h>

#include <boost/asio/post.hpp>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace mindspace::gateway {
namespace {

using http::ScriptedServer;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using Reply = ScriptedServer::Reply;

constexpr std::size_t kMaxBody = 64 * 1024 * 1024;

Awaitable<Result<>> no_content() {
    co_return Result<>{};
}

http::DeclaredEndpoints test_endpoints() {
    http::EndpointTable<> rows;
    for (const auto method : {http::Method::get, http::Method::post, http::Method::del})
        rows.add({.method = method,
                  .path = "/thing",
                  .access = http::Access::anyone,
                  .summary = "A thing.",
                  .creates = true,
                  .max_body = kMaxBody},
                 [](http::Call<>) { return no_content(); });
    rows.add({.method = http::Method::get,
              .path = "/socket",
              .access = http::Access::anyone,
              .summary = "A socket.",
              .websocket = true,
              .drain_message = [](Milliseconds) { return std::string("go elsewhere"); }},
             [](http::Call<>) { return no_content(); });
    return rows.declarations();
}

const http::GatewayKeys kKeys({std::string(32, 'k')});

// The field that proves that the response comes from a role that knows the secret.
std::string proof_for(const std::string& request, const std::string& response, const http::GatewayKeys& keys = kKeys) {
    const auto field = request.substr(request.find("\r\nMindspace-Signature: "));
    const auto signed_field = field.substr(0, field.find("\r\n", 2));
    const int status = std::stoi(response.substr(response.find(' ') + 1));
    return "Mindspace-Signature: " + keys.prove(signed_field.substr(signed_field.rfind('.') + 1), status) + "\r\n";
}

// Responds as scripted, with a valid proof.
class Role : public ScriptedServer {
public:
    explicit Role(const Script& script)
        : ScriptedServer([script](const std::string& request) {
              auto reply = script(request);
              if (reply.text.starts_with("HTTP/1.1 "))
                  reply.text.insert(reply.text.find("\r\n") + 2, proof_for(request, reply.text));
              return reply;
          }) {}
};

// A gateway with one core, with /thing and /socket in other processes.
class Gateway {
public:
    explicit Gateway(const std::vector<std::uint16_t>& ports, Milliseconds timeout = Milliseconds(5000),
                     http::ServerOptions options = {}, const telemetry::Tracer* tracer = nullptr)
        : status_("thing", origins(ports)),
          upstream_(loop_, status_, kKeys, {.timeout = timeout, .max_connections = 4}) {
        http::BoundPort port("127.0.0.1", 0, 1);
        port_ = port.number();
        server_.emplace(loop_, std::move(options), forward(test_endpoints(), upstream_),
                        http::MiddlewareParts{.tracer = tracer});
        server_->bind(port);
        server_->start();
        upstream_.start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    ~Gateway() {
        asio::post(loop_, [this] {
            server_->stop();
            upstream_.stop();
        });
        thread_.join();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    // Returns when the server has begun to drain.
    void drain() {
        std::promise<void> begun;
        asio::post(loop_, [&] {
            server_->drain(Milliseconds(1000));
            begun.set_value();
        });
        begun.get_future().wait();
    }
    // Sends "GET /thing" with these fields, on a new connection.
    [[nodiscard]] std::string send(std::string_view method, std::string_view fields = {},
                                   std::string_view body = {}) const {
        return http::fetch(port_, std::string(method) +
                                      " /thing HTTP/1.1\r\nHost: mind.example\r\nConnection: close\r\n" +
                                      std::string(fields) + "\r\n" + std::string(body));
    }
    [[nodiscard]] std::string post(std::string_view fields = {}) const {
        return send("POST", "Content-Length: 2\r\n" + std::string(fields), "{}");
    }

private:
    static std::vector<http::Origin> origins(const std::vector<std::uint16_t>& ports) {
        std::vector<http::Origin> all;
        for (const auto port : ports) all.push_back({.host = "127.0.0.1", .port = port});
        return all;
    }

    asio::io_context loop_{1};
    UpstreamStatus status_;
    Upstream upstream_;
    std::optional<http::Server> server_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";

std::uint16_t unused_port() {
    return http::BoundPort("127.0.0.1", 0, 1).number();
}

TEST(Proxy, RemovesHopByHopFields) {
    Role server([](const std::string&) {
        return Reply{
            "HTTP/1.1 200 OK\r\nConnection: X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\nETag: \"a\"\r\n"
            "X-Request-Id: other\r\nContent-Length: 2\r\n\r\nok"};
    });
    const Gateway gateway({server.port()});
    const auto response = gateway.send("GET",
                                       "Connection: X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\nX-Forwarded-For: 6.6.6.6\r\n"
                                       "X-Request-Id: abc\r\ntraceparent: 00-1\r\nIf-None-Match: \"b\"\r\n");
    ASSERT_THAT(server.requests(), SizeIs(1));
    const auto request = server.requests()[0];
    EXPECT_THAT(request, StartsWith("GET /thing HTTP/1.1\r\nHost: mind.example\r\n"));
    for (const char* passed : {"X-Request-Id: abc\r\n", "traceparent: 00-1\r\n", "If-None-Match: \"b\"\r\n",
                               "X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Proto: http\r\n"})
        EXPECT_THAT(request, HasSubstr(passed));
    for (const char* removed : {"6.6.6.6", "X-Mine", "TE:", "Connection"})
        EXPECT_THAT(request, Not(HasSubstr(removed)));
    EXPECT_THAT(response, HasSubstr("ETag: \"a\"\r\n"));
    EXPECT_THAT(response, HasSubstr("X-Request-Id: abc\r\n"));
    for (const char* removed : {"X-Secret", "Keep-Alive", "other"}) EXPECT_THAT(response, Not(HasSubstr(removed)));
    EXPECT_THAT(response, testing::EndsWith("Content-Length: 2\r\n\r\nok"));
}

TEST(Proxy, EachAttemptIsASpanOfTheTraceThatTheRoleContinues) {
    telemetry::RecordingTracer tracer;
    Role server([](const std::string&) { return Reply{kOk}; });
    {
        const Gateway gateway({server.port()}, Milliseconds(5000), {}, tracer.get());
        const auto response =
            gateway.send("GET", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n");
        EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
    }
    ASSERT_THAT(server.requests(), SizeIs(1));
    http::RequestHead head;
    const auto request = server.requests()[0];
    ASSERT_FALSE(http::parse_head(std::string_view(request).substr(0, request.size() - 2), {}, head));
    EXPECT_EQ(head.count("traceparent"), 1U);
    const auto& spans = tracer.finish();
    ASSERT_THAT(spans, SizeIs(2));
    const auto& attempt = spans[0];
    const auto& request_span = spans[1];
    EXPECT_EQ(head.find("traceparent"), "00-0af7651916cd43dd8448eb211c80319c-" + attempt.text("spanId") + "-01");
    EXPECT_EQ(attempt.text("name"), "GET /thing");
    EXPECT_EQ(attempt.attribute("url.full"), "http://127.0.0.1:" + std::to_string(server.port()) + "/thing");
    EXPECT_EQ(attempt.attribute("server.address"), "127.0.0.1");
    EXPECT_EQ(attempt.attribute("http.response.status_code"), "200");
    EXPECT_EQ(attempt.text("parentSpanId"), request_span.text("spanId"));
    EXPECT_EQ(request_span.text("parentSpanId"), "b7ad6b7169203331");
}

TEST(Proxy, SignsRequestsRegardlessOfTheClientsFields) {
    Role server([](const std::string&) { return Reply{kOk}; });
    const Gateway gateway({server.port()});
    const auto response = gateway.send("GET", "Mindspace-Signature: 1.a.AAAA\r\nX-Forwarded-For: 6.6.6.6\r\n");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(response, Not(HasSubstr("Mindspace-Signature"))) << "it is for the role only";
    ASSERT_THAT(server.requests(), SizeIs(1));
    const auto request = server.requests()[0];
    http::RequestHead head;
    ASSERT_FALSE(http::parse_head(std::string_view(request).substr(0, request.size() - 2), {}, head));
    EXPECT_EQ(head.count("mindspace-signature"), 1U);
    EXPECT_TRUE(kKeys.verify(head, SystemClock{}.now()));
    EXPECT_EQ(head.find("x-forwarded-for"), "127.0.0.1");
}

TEST(Proxy, RejectsResponsesWithoutAValidSignature) {
    ScriptedServer silent([](const std::string&) { return Reply{kOk}; });
    ScriptedServer other([](const std::string& request) {
        std::string text = kOk;
        return Reply{
            text.insert(text.find("\r\n") + 2, proof_for(request, text, http::GatewayKeys({std::string(32, 'x')})))};
    });
    ScriptedServer replaying([first = std::string()](const std::string& request) mutable {
        std::string text = kOk;
        if (first.empty()) first = proof_for(request, text);
        return Reply{text.insert(text.find("\r\n") + 2, first)};
    });
    for (const auto* server : {&silent, &other}) {
        const Gateway gateway({server->port()});
        const auto response = gateway.send("GET");
        EXPECT_THAT(response, StartsWith("HTTP/1.1 502 "));
        EXPECT_THAT(response, HasSubstr("\"bad_gateway\""));
    }
    const Gateway gateway({replaying.port()});
    EXPECT_THAT(gateway.send("GET"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(gateway.send("GET"), StartsWith("HTTP/1.1 502 "));
}

TEST(Proxy, ForwardsTheLengthInAResponseToHead) {
    Role server([](const std::string& request) {
        EXPECT_THAT(request, StartsWith("HEAD "));
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"};
    });
    const Gateway gateway({server.port()});
    EXPECT_THAT(gateway.send("HEAD"), testing::EndsWith("Content-Length: 12345\r\n\r\n"));
}

TEST(Proxy, ReusesConnections) {
    Role server([](const std::string&) { return Reply{kOk}; });
    const Gateway gateway({server.port()});
    for (int i = 0; i < 5; ++i) EXPECT_THAT(gateway.post(), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(server.connections(), 1);
}

TEST(Proxy, DetectsThatAnIdleConnectionWasClosed) {
    Role server([](const std::string&) { return Reply{kOk, true}; });
    const Gateway gateway({server.port()});
    for (int i = 0; i < 5; ++i) {
        EXPECT_THAT(gateway.post(), StartsWith("HTTP/1.1 200 "));
        EXPECT_TRUE(eventually([&] { return server.ended() > i; }));
    }
    EXPECT_EQ(server.connections(), 5);
    EXPECT_THAT(server.requests(), SizeIs(5));
}

TEST(Proxy, RetriesOnlyIdempotentRequests) {
    std::atomic<int> count = 0;
    Role server([&](const std::string&) { return ++count % 2 == 1 ? Reply{"", true} : Reply{kOk}; });
    const Gateway gateway({server.port()});
    EXPECT_THAT(gateway.send("GET"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(gateway.send("DELETE"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(gateway.post("Idempotency-Key: k\r\n"), StartsWith("HTTP/1.1 200 "));
    EXPECT_EQ(count, 6);
    const auto refused = gateway.post();
    EXPECT_THAT(refused, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(refused, HasSubstr("Retry-After: "));
    EXPECT_EQ(count, 7) << "sent once";
}

TEST(Proxy, LimitsRetries) {
    Role server([](const std::string&) { return Reply{"", true}; });
    const Gateway gateway({server.port()});
    constexpr std::size_t kRequests = 100;
    for (std::size_t i = 0; i < kRequests; ++i) EXPECT_THAT(gateway.send("GET"), StartsWith("HTTP/1.1 503 "));
    EXPECT_LE(server.requests().size(), kRequests + 50 + kRequests / 5);
}

TEST(Proxy, TriesAnotherNodeWhenOneIsUnreachable) {
    Role server([](const std::string&) { return Reply{kOk}; });
    const Gateway gateway({unused_port(), server.port()});
    for (int i = 0; i < 20; ++i) EXPECT_THAT(gateway.post(), StartsWith("HTTP/1.1 200 "));
}

TEST(Proxy, Returns503WhenAllNodesAreUnreachable) {
    const Gateway gateway({unused_port(), unused_port()});
    const auto began = std::chrono::steady_clock::now();
    const auto response = gateway.send("GET");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(response, HasSubstr("Retry-After: 1\r\n"));
    EXPECT_LT(std::chrono::steady_clock::now() - began, scaled(std::chrono::seconds(1)));
}

TEST(Proxy, Returns504AfterTheTimeout) {
    std::promise<void> end;
    auto ended = end.get_future().share();
    Role server([ended](const std::string&) {
        ended.wait();
        return Reply{kOk};
    });
    const Gateway gateway({server.port()}, Milliseconds(200));
    EXPECT_THAT(gateway.send("GET"), StartsWith("HTTP/1.1 504 "));
    EXPECT_THAT(server.requests(), SizeIs(1));
    end.set_value();
}

TEST(Proxy, Returns502ForInvalidResponses) {
    for (const char* wrong : {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                              "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"}) {
        Role server([wrong](const std::string&) { return Reply{wrong}; });
        const Gateway gateway({server.port()});
        EXPECT_THAT(gateway.send("GET"), StartsWith("HTTP/1.1 502 ")) << wrong;
        EXPECT_THAT(server.requests(), SizeIs(1));
    }
}

std::string chunked(std::size_t chunks, std::string_view end) {
    std::string text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t i = 0; i < chunks; ++i) text += "400\r\n" + std::string(1024, 'x') + "\r\n";
    return text + std::string(end);
}

std::string content_of(const std::string& response) {
    return response.substr(response.find("\r\n\r\n"));
}

TEST(Proxy, StreamsALongResponse) {
    const std::string content(1'000'000, 'x');
    Role server([&](const std::string& request) {
        if (request.contains("X-Chunked")) return Reply{chunked(1000, "0\r\n\r\n")};
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + content};
    });
    const Gateway gateway({server.port()});
    EXPECT_THAT(gateway.send("GET"), testing::EndsWith("\r\n\r\n" + content));
    const auto response = gateway.send("GET", "X-Chunked: 1\r\n");
    EXPECT_THAT(response, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_THAT(response, testing::EndsWith("\r\n0\r\n\r\n"));
    EXPECT_EQ(std::ranges::count(content_of(response), 'x'), 1'024'000);
    EXPECT_EQ(server.connections(), 1) << "it is reused";
}

TEST(Proxy, AbortsAResponseThatWasCutOff) {
    Role server([](const std::string& request) {
        if (request.contains("X-Chunked")) return Reply{chunked(200, ""), true};
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + std::string(200'000, 'x'), true};
    });
    const Gateway gateway({server.port()});
    EXPECT_THAT(gateway.send("GET", "X-Chunked: 1\r\n"), Not(HasSubstr("\r\n0\r\n")));
    const auto response = gateway.send("GET");
    EXPECT_THAT(response, HasSubstr("Content-Length: 1000000\r\n"));
    EXPECT_LE(std::ranges::count(content_of(response), 'x'), 200'000);
}

TEST(Proxy, StreamsALongRequest) {
    Role server([](const std::string&) { return Reply{kOk}; });
    const Gateway gateway({server.port()});
    const std::string half(100'000, 'x');
    http::PlainClient client(gateway.port());
    for (int i = 0; i < 3; ++i) {
        client.send("POST /thing HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + half);
        const auto before = static_cast<std::size_t>(i) * 200'000;
        EXPECT_TRUE(eventually([&] { return server.received() >= before + half.size(); }));
        EXPECT_GE(server.received(), before + half.size()) << "the other half has not been sent";
        client.send(half);
        EXPECT_THAT(client.receive_until("\r\n\r\nok"), StartsWith("HTTP/1.1 200 "));
    }
    ASSERT_THAT(server.requests(), SizeIs(3));
    EXPECT_THAT(server.requests()[2], testing::EndsWith("\r\n\r\n" + half + half));
    EXPECT_EQ(server.connections(), 1);
}

TEST(Proxy, DoesNotParseTheRestOfARefusedRequest) {
    const Gateway gateway({unused_port()});
    const auto response = gateway.send("POST", "Content-Length: 200000\r\n",
                                       std::string(70'000, 'x') + "GET /thing HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
    EXPECT_EQ(response.find("HTTP/1.1", 1), std::string::npos);
    EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
}

// Another node would be as busy: a request that an overloaded role refuses is neither retried nor counted as a failure
// of its node.
TEST(Proxy, ForwardsTheRefusalOfAnOverloadedRole) {
    Role busy([](const std::string&) {
        return Reply{"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}"};
    });
    const Gateway gateway({busy.port()});
    const std::size_t refusals = Ejection::kConsecutiveFailures + 2;
    for (std::size_t i = 0; i < refusals; ++i) {
        const auto response = gateway.send("GET");
        EXPECT_THAT(response, StartsWith("HTTP/1.1 503 "));
        EXPECT_THAT(response, HasSubstr("\r\nRetry-After: 7\r\n"));
    }
    EXPECT_THAT(busy.requests(), SizeIs(refusals));
}

TEST(Proxy, RefusesRequestsThatWouldWaitLongForAConnection) {
    std::atomic<bool> is_slow = true;
    Role server([&](const std::string&) {
        if (is_slow) std::this_thread::sleep_for(Milliseconds(100));
        return Reply{kOk};
    });
    const Gateway gateway({server.port()});
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> clients;
        for (int i = 0; i < 40; ++i)  // for four connections
            clients.emplace_back([&] {
                eventually([&] {
                    if (gateway.send("GET").find("\"overloaded\"") != std::string::npos) ++refused;
                    return refused > 0;
                });
            });
    }
    EXPECT_GT(refused, 0);
    is_slow = false;
    EXPECT_TRUE(eventually([&] { return gateway.send("GET").starts_with("HTTP/1.1 200 "); }));
}

TEST(Proxy, Returns408ToASlowClient) {
    Role server([](const std::string&) { return Reply{kOk}; });
    const Gateway gateway({server.port()}, Milliseconds(5000), {.body_timeout = std::chrono::seconds(1)});
    const std::string long_content(100'000, 'x');
    for (const auto* part : {"", "x", long_content.c_str()}) {
        const auto response = gateway.send("POST", "Content-Length: 200000\r\n", part);
        EXPECT_THAT(response, StartsWith("HTTP/1.1 408 "));
        EXPECT_THAT(response, HasSubstr("Connection: close\r\n"));
        EXPECT_THAT(response, HasSubstr("Content-Type: application/problem+json\r\n"));
        EXPECT_THAT(response, HasSubstr("\"request_timeout\""));
    }
    EXPECT_THAT(gateway.send("POST", "Content-Length: 2\r\n", "x"), StartsWith("HTTP/1.1 408 "))
        << "a small request, too";
    EXPECT_THAT(server.requests(), SizeIs(0));
    EXPECT_THAT(gateway.post(), StartsWith("HTTP/1.1 200 "));
}

// The client's timeout does not run while the role reads the content.
TEST(Proxy, Returns504WhenTheRoleReadsTooSlowly) {
    asio::io_context loop;
    asio::ip::tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});  // accepts, and does not read
    http::ServerOptions options{.body_timeout = std::chrono::seconds(1)};
    const Gateway gateway({acceptor.local_endpoint().port()}, Milliseconds(2500), options);
    const auto began = std::chrono::steady_clock::now();
    const std::string content(kMaxBody, 'x');
    const auto response = gateway.send("POST", "Content-Length: " + std::to_string(content.size()) + "\r\n", content);
    EXPECT_THAT(response, StartsWith("HTTP/1.1 504 "));
    EXPECT_GE(std::chrono::steady_clock::now() - began, Milliseconds(2500));
}

TEST(Proxy, AbortsARequestWhoseClientDisconnects) {
    Role server([](const std::string&) { return Reply{kOk}; });
    const Gateway gateway({server.port()});
    {
        http::PlainClient client(gateway.port());
        client.send("POST /thing HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + std::string(100'000, 'x'));
    }
    EXPECT_THAT(gateway.post(), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(server.requests(), SizeIs(1)) << "an incomplete request is not counted";
}

TEST(Proxy, PausesForAClientThatDoesNotRead) {
    constexpr std::size_t kSize = 64 * 1024 * 1024;
    Role server([](const std::string&) {
        return Reply{"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kSize) + "\r\n\r\n" +
                     std::string(kSize, 'x')};
    });
    const Gateway gateway({server.port()});
    http::PlainClient client(gateway.port());
    client.send("GET /thing HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
    // The bytes that the kernel buffers for four sockets, once they no longer grow.
    std::size_t before = 0;
    for (int stable = 0; stable < 5; stable = server.sent() == std::exchange(before, server.sent()) ? stable + 1 : 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_LT(server.sent(), kSize / 2);
}

TEST(Proxy, DrainsASocketThatOpensWhileTheGatewayDrains) {
    std::promise<void> leaving;
    Role server([has_left = leaving.get_future().share()](const std::string&) {
        has_left.wait();
        return Reply{
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"};
    });
    Gateway gateway({server.port()});
    http::PlainClient client(gateway.port());
    client.send(
        "GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return !server.requests().empty(); }));
    gateway.drain();
    leaving.set_value();
    EXPECT_THAT(client.receive_until("\r\n\r\n"), StartsWith("HTTP/1.1 101 "));
    EXPECT_EQ(client.receive_until("\x03\xf4"), "\x81\x0cgo elsewhere\x88\x02\x03\xf4")
        << "its drain message, then 1012";
}

}  // namespace
}  // namespace mindspace::gateway
