// Two nodes with real sockets, PostgreSQL and Redis, and clients that talk to them.

#include "services/meditation/live_rooms.h"

#include "platform/http/router.h"
#include "platform/redis/client.h"
#include "platform/redis/test_server.h"
#include "services/meditation/group_endpoints.h"
#include "services/meditation/group_service.h"
#include "services/meditation/group_test_database.h"
#include "services/meditation/live_entrance.h"

#include <gtest/gtest.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>

#include <algorithm>
#include <csignal>

namespace mindspace::meditation {
namespace {

namespace beast = boost::beast;
using namespace std::chrono_literals;
using asio::ip::tcp;
using postgres::Statement;

constexpr Statement kSeconds{"test_live_seconds", R"(
    SELECT duration_seconds FROM meditation_sessions WHERE group_id = $1 AND user_id = $2)"};
constexpr Statement kBackdate{"test_live_backdate", R"(
    UPDATE groups SET started_at = started_at - make_interval(secs => $2),
                      ends_at = ends_at - make_interval(secs => $2) WHERE group_id = $1)"};
constexpr Statement kBackdateAttendance{"test_live_backdate_attendance", R"(
    UPDATE group_attendance SET present_since = present_since - make_interval(secs => $2) WHERE group_id = $1)"};
constexpr Statement kIsAttended{"test_live_is_attended", "SELECT count(*) FROM group_attendance WHERE group_id = $1"};

// An access token is the user's id and when it ends.
class PlainGuard final : public http::Guard {
public:
    static std::string token(UserId user, Timestamp expires_at) {
        return user.to_string() + format_timestamp(expires_at);
    }
    Awaitable<Result<http::Principal>> authenticate(std::string_view access_token) override {
        auto user = UserId::parse(access_token.substr(0, std::min<std::size_t>(36, access_token.size())));
        if (!user) co_return Error{ErrorCode::unauthenticated, "invalid_token", "No.", {}};
        co_return http::Principal{.user = *user, .expires_at = parse_timestamp(access_token.substr(36)).value()};
    }
    http::SessionWatch watch(AuthSessionId, std::function<void()>) override { return {}; }
    Awaitable<http::Admission> admit(std::string_view access_token, const limits::Policy&) override {
        auto caller = co_await authenticate(access_token);
        co_return http::Admission{.caller = std::move(caller)};
    }
};

redis::ClientOptions options(const redis::TestServer& server) {
    redis::ClientOptions options;
    options.socket_path = server.socket_path();
    return options;
}

// What the composition root makes for one core.
struct Node {
    Node(asio::io_context& io, postgres::Client& database, const redis::TestServer& redis_server)
        : redis(io, options(redis_server)),
          subscriber(io, options(redis_server)),
          rooms(io, {database, redis, subscriber}, guard, settings),
          entrance(rooms, {database, redis, subscriber}, guard, settings),
          service(GroupStore(database), GroupTimetable(database), RoomOrder(redis), GroupTickets(redis),
                  settings.public_url) {
        router.add(group_endpoints(service, entrance));
        metrics = std::make_unique<http::CoreMetrics>(router);
        dispatcher = std::make_unique<http::Dispatcher>(router, http::Middleware{.guard = &guard}, *metrics);
        http::ServerOptions listening;
        listening.address = "127.0.0.1";
        port = listening.port = http::claim_port(io, listening.address, 0);
        server = std::make_unique<http::Server>(io, listening, *dispatcher, *metrics);
        redis.start();
        subscriber.on_gap([this] { rooms.note_gap(); });
        subscriber.start();
        postgres::run_until(io, [this] { return is_up(); });
        rooms.start();
        server->bind();
        server->start();
    }
    [[nodiscard]] bool is_up() const { return redis.is_up() && subscriber.is_up(); }

    LiveSettings settings{.public_url = "https://mind.example", .allowed_origins = {"https://friend.example"}};
    PlainGuard guard;
    redis::Client redis;
    redis::Subscriber subscriber;
    LiveRooms rooms;
    LiveEntrance entrance;
    GroupService service;
    http::Router router;
    std::unique_ptr<http::CoreMetrics> metrics;
    std::unique_ptr<http::Dispatcher> dispatcher;
    std::uint16_t port = 0;
    std::unique_ptr<http::Server> server;
};

using Frame = schema::json::object;

// A client that keeps all it hears.
class Caller {
public:
    Caller(asio::io_context& io, Node& node) : io_(io), stream_(io), port_(node.port) {}

    // The status of the handshake: 101 when it is open.
    unsigned open(const std::string& target, const std::string& token = {}, const std::string& origin = {}) {
        auto status = postgres::run(io_, connect(target, token, origin));
        if (status == 101) asio::co_spawn(io_, listen(), [](std::exception_ptr) {});
        return status;
    }
    void say(const std::string& text) { postgres::run(io_, write(text)); }
    void drop() {
        boost::system::error_code ignored;
        stream_.next_layer().socket().close(ignored);
    }

    // The first frame of that type that has not been asked for yet, waited for.
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
        tcp::endpoint endpoint(asio::ip::make_address("127.0.0.1"), port_);
        co_await stream_.next_layer().async_connect(endpoint, asio::use_awaitable);
        stream_.set_option(beast::websocket::stream_base::decorator([&](beast::websocket::request_type& request) {
            if (!token.empty()) request.set("Authorization", "Bearer " + token);
            if (!origin.empty()) request.set("Origin", origin);
        }));
        beast::websocket::response_type response;
        boost::system::error_code refused;
        co_await stream_.async_handshake(response, "mind.local", target,
                                         asio::redirect_error(asio::use_awaitable, refused));
        co_return response.result_int();
    }
    Awaitable<> listen() {
        boost::system::error_code ended;
        while (!ended) {
            beast::flat_buffer buffer;
            co_await stream_.async_read(buffer, asio::redirect_error(asio::use_awaitable, ended));
            if (!ended)
                frames_.push_back(schema::parse_json(beast::buffers_to_string(buffer.data())).value().as_object());
        }
        is_closed_ = true;
    }
    Awaitable<> write(std::string text) {
        boost::system::error_code ended;
        co_await stream_.async_write(asio::buffer(text), asio::redirect_error(asio::use_awaitable, ended));
    }

    asio::io_context& io_;
    beast::websocket::stream<beast::tcp_stream> stream_;
    std::uint16_t port_;
    std::vector<Frame> frames_;
    bool is_closed_ = false;
};

class LiveRoomsTest : public testing::Test {
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
    // Sockets end before what they use.
    void TearDown() override {
        for (auto& caller : callers_) caller->drop();
        for (auto* node : {&first_, &second_}) {
            node->rooms.stop();
            node->server->stop();
            node->subscriber.stop();
            node->redis.stop();
        }
        database_.client().stop();
        io_.restart();
        io_.run_for(10s);
    }

    Caller& call(Node& node) { return *callers_.emplace_back(std::make_unique<Caller>(io_, node)); }
    std::string live() const { return "/api/v1/groups/" + group_.to_string() + "/live"; }
    std::string token(UserId user, Seconds ttl = 900s) { return PlainGuard::token(user, SystemClock{}.now() + ttl); }
    Caller& join(Node& node, UserId user, const std::string& hello = R"({"type":"hello"})") {
        auto& caller = call(node);
        EXPECT_EQ(caller.open(live(), token(user)), 101U);
        caller.say(hello);
        return caller;
    }

    asio::io_context io_;
    redis::TestServer server_;
    GroupTestDatabase database_{io_};
    Node first_{io_, database_.client(), server_};
    Node second_{io_, database_.client(), server_};
    UserId host_ = database_.add_user("host");
    UserId guest_ = database_.add_user("guest");
    GroupId group_;
    std::vector<std::unique_ptr<Caller>> callers_;
};

TEST_F(LiveRoomsTest, TheEntranceRefusesBeforeTheUpgrade) {
    EXPECT_EQ(call(first_).open(live()), 401U);
    EXPECT_EQ(call(first_).open(live(), "nonsense"), 401U);
    EXPECT_EQ(call(first_).open(live() + "?ticket=nonsense"), 401U);
    EXPECT_EQ(call(first_).open(live(), token(host_), "https://evil.example"), 403U);
    EXPECT_EQ(call(first_).open(live(), token(host_), "https://mind.example"), 101U);
    EXPECT_EQ(call(first_).open(live(), token(host_), "https://friend.example"), 101U);
    EXPECT_EQ(call(first_).open(live(), token(host_), "http://mind.local"), 101U);
    EXPECT_EQ(call(first_).open("/api/v1/groups/" + GroupId::make({}).to_string() + "/live", token(host_)), 101U)
        << "and closes with 4404";
    http::Principal principal{.user = guest_, .expires_at = SystemClock{}.now() + 900s};
    auto ticket = postgres::run(io_, second_.service.issue_ticket(principal, group_)).value();
    auto target = ticket.url.substr(ticket.url.find("/api"));
    EXPECT_EQ(call(first_).open(target), 101U);
    EXPECT_EQ(call(first_).open(target), 401U) << "once";
}

TEST_F(LiveRoomsTest, TwoNodesShareOneRoom) {
    auto& host = join(first_, host_);
    auto welcome = host.next("welcome");
    EXPECT_EQ(welcome.at("participantCount").as_int64(), 1);
    EXPECT_FALSE(welcome.at("resumed").as_bool());
    auto& guest = join(second_, guest_);
    EXPECT_EQ(guest.next("welcome").at("participants").as_array().size(), 2U);
    auto joined = host.next("join");
    EXPECT_EQ(joined.at("participant").at("displayName").as_string(), "guest");
    EXPECT_EQ(joined.at("participantCount").as_int64(), 2);

    guest.say(R"({"type":"reaction","kind":"heart","ref":"r1"})");
    auto reaction = host.next("reaction");
    EXPECT_EQ(reaction.at("ref").as_string(), "r1");
    EXPECT_EQ(guest.next("reaction"), reaction);

    auto& third = join(first_, database_.add_user("third"));
    EXPECT_EQ(third.close_code(), 4409U);

    guest.say(R"({"type":"leave"})");
    EXPECT_EQ(guest.close_code(), 1000U);
    auto left = host.next("leave");
    EXPECT_EQ(left.at("reason").as_string(), "left");
    EXPECT_EQ(left.at("seq").as_int64(), reaction.at("seq").as_int64() + 1);

    auto resume = R"({"type":"hello","resume":{"epoch":")" + std::string(reaction.at("epoch").as_string()) +
                  R"(","seq":)" + std::to_string(reaction.at("seq").as_int64()) + "}}";
    auto& back = join(second_, guest_, resume);
    EXPECT_TRUE(back.next("welcome").at("resumed").as_bool());
    EXPECT_EQ(back.next("leave"), left);
    EXPECT_EQ(back.next("join").at("seq").as_int64(), left.at("seq").as_int64() + 1);
}

TEST_F(LiveRoomsTest, WhatIsNotUnderstoodGetsAnErrorAndNothingElse) {
    auto& host = join(first_, host_);
    host.next("welcome");
    for (const auto* text : {"nonsense", "[]", R"({"type":"dance"})", R"({"type":"reaction","kind":"wave"})",
                             R"({"type":"start","countdownSeconds":61})", R"({"type":"time"})"}) {
        host.say(text);
        EXPECT_EQ(host.next("error").at("code").as_string(), "bad_message") << text;
    }
    host.say(R"({"type":"end"})");
    EXPECT_EQ(host.next("error").at("code").as_string(), "not_running");
    host.say(R"({"type":"auth","accessToken":")" + token(guest_) + "\"}");
    EXPECT_EQ(host.next("error").at("code").as_string(), "forbidden");
    host.say(std::string(4097, ' '));
    EXPECT_EQ(host.close_code(), 1009U);
}

TEST_F(LiveRoomsTest, TheClockIsAnsweredWithoutRedis) {
    auto& host = join(first_, host_);
    host.next("welcome");
    server_.signal(SIGKILL);
    postgres::run_until(io_, [this] { return !first_.redis.is_up(); });
    host.say(R"({"type":"time","t0":1.5})");
    auto time = host.next("time");
    EXPECT_EQ(time.at("t0").as_double(), 1.5);
    EXPECT_GE(time.at("t2").as_double(), time.at("t1").as_double());
    host.say(R"({"type":"reaction","kind":"bow"})");
    EXPECT_EQ(host.next("error").at("code").as_string(), "unavailable");
    server_.start();
    postgres::run_until(io_, [this] { return first_.is_up() && second_.is_up(); });
    host.say(R"({"type":"reaction","kind":"bow"})");
    host.next("reaction");
    postgres::run_until(io_,
                        [this] { return postgres::run(io_, first_.service.find(group_))->participant_count == 1; });
    auto& guest = join(second_, guest_);
    EXPECT_EQ(guest.next("welcome").at("participantCount").as_int64(), 2);
}

TEST_F(LiveRoomsTest, AGroupEndsByItselfAndEverybodyGetsTheirSession) {
    auto& host = join(first_, host_);
    auto& guest = join(second_, guest_);
    host.next("welcome");
    guest.next("welcome");
    host.say(R"({"type":"start"})");
    auto start = guest.next("start");
    EXPECT_EQ(start.at("endsAt").to_number<double>() - start.at("startsAt").to_number<double>(), 60'000.0);
    EXPECT_EQ(start.at("bells").as_array().size(), 3U);
    postgres::run_until(io_, [this] { return database_.query(kIsAttended, group_)[0].get<std::int64_t>(0) == 2; });
    // A minute passes.
    database_.query(kBackdate, group_, 60.0);
    database_.query(kBackdateAttendance, group_, 60.0);
    EXPECT_EQ(host.next("end").at("reason").as_string(), "completed");
    guest.next("end");
    for (auto user : {host_, guest_}) {
        auto seconds = database_.query(kSeconds, group_, user);
        ASSERT_EQ(seconds.size(), 1U);
        EXPECT_EQ(seconds[0].get<std::int32_t>(0), 60);
    }
    EXPECT_EQ(host.count("end") + guest.count("end"), 0U) << "the end came twice";
    EXPECT_EQ(join(first_, guest_).close_code(), 4410U);
}

TEST_F(LiveRoomsTest, ATokenThatEndsEndsTheSocket) {
    auto& host = call(first_);
    ASSERT_EQ(host.open(live(), token(host_, 1s)), 101U);
    host.say(R"({"type":"hello"})");
    EXPECT_LE(host.next("reauth").at("expiresIn").as_int64(), 60);
    EXPECT_EQ(host.close_code(), 4401U);
}

TEST_F(LiveRoomsTest, TooManyMessagesEndTheSocket) {
    auto& host = join(first_, host_);
    for (int i = 0; i < 121; ++i) host.say(R"({"type":"time","t0":1})");
    EXPECT_EQ(host.close_code(), 4429U);
}

TEST_F(LiveRoomsTest, ADrainingNodeSendsItsClientsAway) {
    auto& host = join(first_, host_);
    host.next("welcome");
    EXPECT_EQ(first_.rooms.metrics().joined_connections.value(), 1);
    first_.rooms.drain(5s);
    EXPECT_LE(host.next("drain").at("reconnectInMs").as_int64(), 5000);
    EXPECT_EQ(host.close_code(), 1012U);
    postgres::run_until(io_, [this] { return first_.rooms.metrics().connections.value() == 0; });
}

}  // namespace
}  // namespace mindspace::meditation
