// One socket of a room: who may open it, its responses, how it ends.

#include "support/meditation/live_node.h"

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

using LiveSocketTest = LiveTest;

TEST_F(LiveSocketTest, IsRefusedBeforeTheUpgrade) {
    EXPECT_EQ(add_client(first_).open(live()), 401U);
    EXPECT_EQ(add_client(first_).open(live(), "nonsense"), 401U);
    EXPECT_EQ(add_client(first_).open(live() + "?ticket=nonsense"), 401U);
    EXPECT_EQ(add_client(first_).open(live(), token(host_), "https://evil.example"), 403U);
    EXPECT_EQ(add_client(first_).open(live(), token(host_), "https://mind.example"), 101U);
    EXPECT_EQ(add_client(first_).open(live(), token(host_), "https://friend.example"), 101U);
    EXPECT_EQ(add_client(first_).open(live(), token(host_), "http://mind.local"), 101U);
    EXPECT_EQ(add_client(first_).open("/api/v1/groups/" + GroupId::make({}).to_string() + "/live", token(host_)), 101U)
        << "and closes with 4404";
    http::Principal principal{.user = guest_, .expires_at = SystemClock{}.now() + 900s};
    auto ticket = postgres::run(io_, second_.service.issue_ticket(principal, group_)).value();
    auto target = ticket.url.substr(ticket.url.find("/api"));
    EXPECT_EQ(add_client(first_).open(target), 101U);
    EXPECT_EQ(add_client(first_).open(target), 401U) << "once";
}

TEST_F(LiveSocketTest, RespondsToAnInvalidMessageWithAnErrorOnly) {
    auto& host = join(first_, host_);
    host.next("welcome");
    for (const auto* text : {"nonsense", "[]", R"({"type":"dance"})", R"({"type":"reaction","kind":"wave"})",
                             R"({"type":"start","countdownSeconds":61})", R"({"type":"time"})"}) {
        host.send(text);
        EXPECT_EQ(host.next("error").at("code").as_string(), "bad_message") << text;
    }
    host.send(R"({"type":"end"})");
    EXPECT_EQ(host.next("error").at("code").as_string(), "not_running");
    host.send(R"({"type":"auth","accessToken":")" + token(guest_) + "\"}");
    EXPECT_EQ(host.next("error").at("code").as_string(), "forbidden");
    host.send(std::string(4097, ' '));
    EXPECT_EQ(host.close_code(), 1009U);
}

TEST_F(LiveSocketTest, ClosesWhenItsTokenExpires) {
    auto& host = add_client(first_);
    ASSERT_EQ(host.open(live(), token(host_, 1s)), 101U);
    host.send(R"({"type":"hello"})");
    EXPECT_LE(host.next("reauth").at("expiresIn").as_int64(), 60);
    EXPECT_EQ(host.close_code(), 4401U);
}

TEST_F(LiveSocketTest, ClosesAfterTooManyMessages) {
    auto& host = join(first_, host_);
    host.next("welcome");
    int sent = 0;  // more than the limit if they take so long that some of the quota comes back
    for (; sent < 1000 && !host.is_closed(); ++sent) host.send(R"({"type":"time","t0":1})");
    EXPECT_GE(sent, 120);
    EXPECT_EQ(host.close_code(), 4429U);
}

TEST_F(LiveSocketTest, IsClosedByADrainingNode) {
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
