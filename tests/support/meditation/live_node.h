#pragma once
// For tests of live rooms: two nodes with real sockets, PostgreSQL and Redis in one process, and their clients.

#include "platform/http/server/server.h"
#include "platform/redis/connection/client.h"
#include "services/meditation/groups/endpoints.h"
#include "services/meditation/groups/service.h"
#include "services/meditation/rooms/live/rooms.h"
#include "services/meditation/rooms/live/socket_admission.h"
#include "support/http/token_access.h"
#include "support/meditation/group_database.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::meditation {

inline redis::ClientOptions live_test_options(const redis::TestServer& server) {
    redis::ClientOptions options;
    options.socket_path = server.socket_path();
    return options;
}

// The objects that the composition root creates for one core.
struct LiveTestNode {
    LiveTestNode(asio::io_context& io, postgres::Client& database, const redis::TestServer& redis_server)
        : redis(io, live_test_options(redis_server)),
          subscriber(io, live_test_options(redis_server)),
          rooms(io, {database, redis, subscriber}, access.control(), settings),
          admission(rooms, {database, redis, subscriber}, access.control(), settings),
          service(GroupStore(database), GroupTimetable(database), RoomOrder(redis), GroupTickets(redis),
                  settings.public_url) {
        http::BoundPort bound("127.0.0.1", 0, 1);
        port = bound.number();
        server = std::make_unique<http::Server>(io, http::ServerOptions{}, group_endpoints().serve(service, admission),
                                                http::MiddlewareParts{.access = access.control()});
        redis.start();
        subscriber.on_gap([this] { rooms.handle_gap(); });
        subscriber.start();
        postgres::run_until(io, [this] { return is_up(); });
        rooms.start();
        server->bind(bound);
        server->start();
    }
    [[nodiscard]] bool is_up() const { return redis.is_up() && subscriber.is_up(); }

    LiveSettings settings{.public_url = "https://mind.example", .allowed_origins = {"https://friend.example"}};
    TokenAccess access;
    redis::Client redis;
    redis::Subscriber subscriber;
    LiveRooms rooms;
    SocketAdmission admission;
    GroupService service;
    std::uint16_t port = 0;
    std::unique_ptr<http::Server> server;
};

using Frame = schema::json::object;

// A client that stores all received frames.
class LiveTestClient {
public:
    LiveTestClient(asio::io_context& io, LiveTestNode& node) : io_(io), stream_(io), port_(node.port) {}

    // The status of the handshake: 101 if it succeeded.
    unsigned open(const std::string& target, const std::string& token = {}, const std::string& origin = {}) {
        auto status = postgres::run(io_, connect(target, token, origin));
        if (status == 101) asio::co_spawn(io_, listen(), [](std::exception_ptr) {});
        return status;
    }
    void send(const std::string& text) { postgres::run(io_, write(text)); }
    void disconnect() {
        boost::system::error_code ignored;
        stream_.next_layer().socket().close(ignored);
    }

    // Waits for the first frame of that type that has not been returned yet.
    Frame next(std::string_view type) {
        std::optional<Frame> found;
        postgres::run_until(io_, [&] {
            for (auto& frame : frames_) {
                if (found || frame.empty() ||
                    frame.at("type").as_string() != boost::json::string_view(type.data(), type.size()))
                    continue;
                found = std::exchange(frame, {});
            }
            return found.has_value();
        });
        return *found;
    }
    [[nodiscard]] bool is_closed() const { return is_closed_; }
    unsigned close_code() {
        postgres::run_until(io_, [this] { return is_closed_; });
        return stream_.reason().code;
    }
    [[nodiscard]] std::size_t count(std::string_view type) const {
        return static_cast<std::size_t>(std::ranges::count_if(frames_, [&](const Frame& frame) {
            return !frame.empty() && frame.at("type").as_string() == boost::json::string_view(type.data(), type.size());
        }));
    }

private:
    Awaitable<unsigned> connect(std::string target, std::string token, std::string origin) {
        asio::ip::tcp::endpoint endpoint(asio::ip::make_address("127.0.0.1"), port_);
        co_await stream_.next_layer().async_connect(endpoint, asio::use_awaitable);
        stream_.set_option(
            boost::beast::websocket::stream_base::decorator([&](boost::beast::websocket::request_type& request) {
                if (!token.empty()) request.set("Authorization", "Bearer " + token);
                if (!origin.empty()) request.set("Origin", origin);
            }));
        boost::beast::websocket::response_type response;
        boost::system::error_code refused;
        co_await stream_.async_handshake(response, "mind.local", target,
                                         asio::redirect_error(asio::use_awaitable, refused));
        co_return response.result_int();
    }
    Awaitable<> listen() {
        boost::system::error_code ended;
        while (!ended) {
            boost::beast::flat_buffer buffer;
            co_await stream_.async_read(buffer, asio::redirect_error(asio::use_awaitable, ended));
            if (!ended)
                frames_.push_back(
                    schema::parse_json(boost::beast::buffers_to_string(buffer.data())).value().as_object());
        }
        is_closed_ = true;
    }
    Awaitable<> write(std::string text) {
        boost::system::error_code ended;
        co_await stream_.async_write(asio::buffer(text), asio::redirect_error(asio::use_awaitable, ended));
    }

    asio::io_context& io_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> stream_;
    std::uint16_t port_;
    std::vector<Frame> frames_;
    bool is_closed_ = false;
};

class LiveTest : public testing::Test {
protected:
    void SetUp() override {
        NewGroup request{.id = {},
                         .title = "Evening",
                         .description = {},
                         .kind = Kind::mindfulness,
                         .planned_seconds = 60,
                         .scheduled_for = {},
                         .visibility = {},
                         .max_participants = 2};
        group_ = postgres::run(io_, first_.service.create(host_, request)).value().id;
    }
    // Sockets end before the objects that they use.
    void TearDown() override {
        for (auto& client : clients_) client->disconnect();
        for (auto* node : {&first_, &second_}) {
            node->rooms.stop();
            node->server->stop();
            node->subscriber.stop();
            node->redis.stop();
        }
        database_.client().stop();
        io_.restart();
        io_.run_for(Seconds(10));
    }

    LiveTestClient& add_client(LiveTestNode& node) {
        return *clients_.emplace_back(std::make_unique<LiveTestClient>(io_, node));
    }
    std::string live() const { return "/api/v1/groups/" + group_.to_string() + "/live"; }
    std::string token(UserId user, Seconds ttl = Seconds(900)) {
        return TokenAccess::token(user, SystemClock{}.now() + ttl);
    }
    LiveTestClient& join(LiveTestNode& node, UserId user, const std::string& hello = R"({"type":"hello"})") {
        auto& client = add_client(node);
        EXPECT_EQ(client.open(live(), token(user)), 101U);
        client.send(hello);
        return client;
    }

    asio::io_context io_;
    redis::TestServer server_;
    GroupTestDatabase database_{io_};
    LiveTestNode first_{io_, database_.client(), server_};
    LiveTestNode second_{io_, database_.client(), server_};
    UserId host_ = database_.add_user("host");
    UserId guest_ = database_.add_user("guest");
    GroupId group_;
    std::vector<std::unique_ptr<LiveTestClient>> clients_;
};

}  // namespace mindspace::meditation
