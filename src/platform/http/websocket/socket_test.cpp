// Tests the WebSocket on a real server with independent clients: raw bytes, and Boost.Beast.

#include "platform/http/websocket/socket.h"

#include "platform/http/server/server.h"
#include "platform/http/websocket/deflate.h"
#include "support/http/peer.h"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

#include <future>
#include <thread>

namespace mindspace::http {
namespace {

namespace beast = boost::beast;
using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr std::string_view kOpening =
    "GET /echo HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

// A frame of a client, masked with zeros.
std::string frame_of(int first, std::string_view payload) {
    EXPECT_LT(payload.size(), 65'536U);
    std::string text(1, static_cast<char>(first));
    if (payload.size() < 126)
        text += static_cast<char>(0x80 | payload.size());
    else
        text += {static_cast<char>(0xFE), static_cast<char>(payload.size() >> 8), static_cast<char>(payload.size())};
    return text + std::string(4, '\0') + std::string(payload);
}

class WebSocketTest : public testing::Test {
protected:
    // What the server does with its one socket runs on its loop.
    using Serve = std::function<Awaitable<>(std::shared_ptr<WebSocket>)>;

    void serve(Serve handler, bool compresses = false) {
        Endpoints rows;
        rows.push_back(endpoint({.method = Method::get,
                                 .path = "/echo",
                                 .access = Access::anyone,
                                 .summary = "A socket.",
                                 .limit = LimitClass::none,
                                 .websocket = true},
                                [this](Call<>) { return open(); }));
        handler_ = std::move(handler);
        const ServerOptions options{.compresses_websockets = compresses};
        BoundPort port("127.0.0.1", 0, 1);
        port_ = port.number();
        server_ = std::make_unique<Server>(loop_, options, std::move(rows), MiddlewareParts{});
        server_->bind(port);
        server_->start();
        thread_ = std::thread([this] { loop_.run(); });
    }
    void TearDown() override {
        asio::post(loop_, [this] { server_->stop(); });
        thread_.join();
        socket_.reset();
    }

    // Runs on the server's loop, to the end.
    void on_loop(const std::function<void()>& work) {
        std::promise<void> done;
        asio::post(loop_, [&] {
            work();
            done.set_value();
        });
        done.get_future().get();
    }

    static Awaitable<> echo(std::shared_ptr<WebSocket> socket) {
        while (true) {
            auto message = co_await socket->receive();
            if (!message) co_return;
            socket->send(make_text_frame(message->payload));
        }
    }

    asio::io_context loop_{1};
    std::uint16_t port_ = 0;
    std::shared_ptr<WebSocket> socket_;  // the server's, of the last client
    std::unique_ptr<Server> server_;

private:
    Awaitable<Result<Response>> open() {
        Response response{.status = 101, .body = {}};
        response.upgrade = [this](std::shared_ptr<WebSocket> socket) {
            socket_ = socket;
            return handler_(std::move(socket));
        };
        co_return response;
    }

    Serve handler_;
    std::thread thread_;
};

TEST_F(WebSocketTest, PingsASilentClientAndClosesADeadOne) {
    serve(&WebSocketTest::echo);
    PlainClient client(port_);
    client.send(std::string(kOpening) + "\r\n");
    client.receive_until("\r\n\r\n");
    const auto pong = frame_of(0x8A, "");
    const auto pass = [&](WebSocket::Clock::duration quiet) {
        on_loop([&] {
            if (socket_) socket_->sweep(WebSocket::Clock::now() + quiet);
        });
    };
    pass(24s);
    client.send(frame_of(0x81, "awake"));
    EXPECT_EQ(client.receive_until("awake"), "\x81\x05"s + "awake") << "no ping before its time";
    pass(26s);
    EXPECT_EQ(client.receive_until("\x89\x00"s), "\x89\x00"s);
    pass(35s);
    client.send(pong + frame_of(0x81, "still"));
    EXPECT_EQ(client.receive_until("still"), "\x81\x05"s + "still") << "one ping, and time to answer it";
    pass(26s);
    EXPECT_EQ(client.receive_until("\x89\x00"s), "\x89\x00"s);
    pass(37s);
    on_loop([&] { EXPECT_FALSE(socket_->is_open()); });
    EXPECT_EQ(client.receive_all(), "") << "dropped without a word";
}

TEST_F(WebSocketTest, GivesAClientTimeForItsPongHoweverLateThePingIs) {
    serve(&WebSocketTest::echo);
    PlainClient client(port_);
    client.send(std::string(kOpening) + "\r\n" + frame_of(0x81, "here"));
    client.receive_until("here");
    on_loop([&] {
        socket_->sweep(WebSocket::Clock::now() + 10min);  // the process stood still
        socket_->sweep(WebSocket::Clock::now() + 10min + 9s);
    });
    client.send(frame_of(0x8A, "") + frame_of(0x81, "still"));
    EXPECT_EQ(client.receive_until("still"), "\x89\x00\x81\x05"s + "still");
}

// Fills more than the kernel's buffers and ours.
Awaitable<> flood(std::shared_ptr<WebSocket> socket) {
    const auto frame = make_text_frame(std::string(100'000, 'x'));
    for (int i = 0; i < 1000 && socket->is_open(); ++i) socket->send(frame);
    co_await socket->receive();
}

TEST_F(WebSocketTest, ClosesAClientThatDoesNotReadAsTooSlow) {
    serve(&flood);
    PlainClient client(port_);
    client.send(std::string(kOpening) + "\r\n");
    const auto received = client.receive_all();
    EXPECT_TRUE(received.ends_with("\x88\x0A\x03\xF5too slow"s));
    EXPECT_LT(received.size(), 50'000'000U);
    EXPECT_EQ((received.size() - received.find("\r\n\r\n") - 4 - 12) % 100'010, 0U) << "whole frames only";
    EXPECT_EQ(server_->metrics().slow_websockets_closed.value(), 1U);
}

TEST_F(WebSocketTest, ClosesAClientWithManyUnreadSmallFramesAsTooSlow) {
    serve([](std::shared_ptr<WebSocket> socket) -> Awaitable<> {
        socket->set_limits({.max_queued = 100'000'000, .max_queued_frames = 100});
        const auto big = make_text_frame(std::string(100'000, 'x'));
        for (int i = 0; i < 99; ++i) socket->send(big);  // more than the kernel takes
        socket->flush();
        const auto small = make_text_frame("s");
        for (int i = 0; i < 100; ++i) socket->send(small);
        co_await socket->receive();
    });
    PlainClient client(port_);
    client.send(std::string(kOpening) + "\r\n");
    EXPECT_TRUE(client.receive_all().ends_with("\x88\x0A\x03\xF5too slow"s));
    EXPECT_EQ(server_->metrics().slow_websockets_closed.value(), 1U);
}

TEST_F(WebSocketTest, CountsControlFramesAndFragmentsAgainstTheLimitOfMessages) {
    serve([](std::shared_ptr<WebSocket> socket) -> Awaitable<> {
        static const limits::Policy kTen("frames", 10, Seconds(10));
        socket->set_limits({.frames = &kTen});
        while (true) {
            auto message = co_await socket->receive();
            if (!message) co_return;
        }
    });
    for (const auto& frame :
         {frame_of(0x89, "ping"), frame_of(0x8A, ""), frame_of(0x00, ""), frame_of(0x00, "a"), frame_of(0x81, "")}) {
        PlainClient client(port_);
        std::string frames;
        if (frame.front() == 0) frames = frame_of(0x01, "begun");
        while (frames.size() < 11 * frame.size()) frames += frame;
        client.send(std::string(kOpening) + "\r\n" + frames);
        EXPECT_TRUE(client.receive_all().ends_with("\x88\x11\x03\xF0too many frames"s)) << frame;
    }
    EXPECT_EQ(server_->metrics().flooding_websockets_closed.value(), 5U);
}

TEST_F(WebSocketTest, SendsAPongOnlyForTheLatestPingOfAClientThatDoesNotRead) {
    std::promise<void> done;
    serve([&](std::shared_ptr<WebSocket> socket) -> Awaitable<> {
        socket->set_limits({.max_queued = 100'000'000});
        const auto frame = make_text_frame(std::string(100'000, 'x'));
        for (int i = 0; i < 400; ++i) socket->send(frame);  // more than the kernel takes
        socket->flush();
        co_await socket->receive();
        done.set_value();
        co_await socket->receive();
    });
    PlainClient client(port_);
    std::string pings;
    for (int i = 1000; i < 2000; ++i) pings += frame_of(0x89, std::to_string(i));
    client.send(std::string(kOpening) + "\r\n");
    client.receive_until("\r\n\r\n");
    client.send(pings + frame_of(0x81, "done"));
    done.get_future().get();
    const auto received = client.receive_until("\x8A\x04" + "1999"s);
    EXPECT_TRUE(received.ends_with("\x8A\x04" + "1999"s));
    EXPECT_EQ(received.find('\x8A'), received.size() - 6) << "one pong";
}

TEST_F(WebSocketTest, SendsMessagesOfOneIterationInOneWrite) {
    serve([](std::shared_ptr<WebSocket> socket) -> Awaitable<> {
        socket->send(make_text_frame("one"));
        socket->send(make_text_frame("two"));
        socket->close(CloseCode::normal);
        co_await socket->receive();
    });
    PlainClient client(port_);
    client.send(std::string(kOpening) + "\r\n");
    client.receive_until("\r\n\r\n");
    EXPECT_EQ(client.receive_all(), "\x81\x03one\x81\x03two\x88\x02\x03\xE8"s);
}

TEST_F(WebSocketTest, SendsItsCloseFrameDespiteASweep) {
    serve(&WebSocketTest::echo);
    PlainClient client(port_);
    client.send(std::string(kOpening) + "\r\n" + frame_of(0x81, "here"));
    client.receive_until("here");
    on_loop([&] {
        socket_->close(CloseCode::going_away);
        socket_->sweep(WebSocket::Clock::now());
    });
    EXPECT_EQ(client.receive_all(), "\x88\x02\x03\xE9"s);
}

TEST_F(WebSocketTest, CompressesOnlyWhereEnabledAndNegotiated) {
    serve(&WebSocketTest::echo);
    PlainClient client(port_);
    client.send(std::string(kOpening) + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    EXPECT_EQ(client.receive_until("\r\n\r\n").find("Extensions"), std::string::npos);
}

TEST_F(WebSocketTest, DecompressesNoMoreThanTheMaximumMessage) {
    serve(&WebSocketTest::echo, true);
    PlainClient client(port_);
    client.send(std::string(kOpening) + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    EXPECT_NE(client.receive_until("\r\n\r\n").find(kDeflateAccepted), std::string::npos);
    client.send(frame_of(0xC1, deflate_message(std::string(4096, 'a'))));
    const auto echoed = client.receive_until("\x00"s);
    EXPECT_EQ(static_cast<unsigned char>(echoed.front()), 0xC1) << "compressed, too";
    EXPECT_LT(echoed.size(), 100U);
    client.send(frame_of(0xC1, deflate_message(std::string(1'000'000, 'a'))));
    EXPECT_TRUE(client.receive_all().ends_with("\x88\x02\x03\xF1"s));
}

TEST_F(WebSocketTest, ExchangesCompressedMessagesWithAnotherImplementation) {
    serve(&WebSocketTest::echo, true);
    asio::io_context io;
    beast::websocket::stream<asio::ip::tcp::socket> stream(io);
    stream.next_layer().connect({asio::ip::address_v4::loopback(), port_});
    beast::websocket::permessage_deflate compression;
    compression.client_enable = true;
    compression.msg_size_threshold = 0;
    stream.set_option(compression);
    beast::websocket::response_type response;
    stream.handshake(response, "here", "/echo");
    EXPECT_EQ(response["Sec-WebSocket-Extensions"], kDeflateAccepted);
    for (std::size_t size = 0; size <= 4096; size = size * 2 + 1) {
        std::string text;
        while (text.size() < size) text += static_cast<char>('a' + text.size() * text.size() % 23);
        stream.write(asio::buffer(text));
        beast::flat_buffer received;
        stream.read(received);
        EXPECT_EQ(beast::buffers_to_string(received.data()), text);
    }
    boost::system::error_code ignored;
    stream.close(beast::websocket::close_code::normal, ignored);
}

}  // namespace
}  // namespace mindspace::http
