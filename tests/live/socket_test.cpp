// Opening a room's socket, refusals, and how sockets end.

#include "platform/base/time.h"
#include "support/live/client.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace mindspace::integration {
namespace {

constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kUnsupportedData = 1003;
constexpr std::uint16_t kTooBig = 1009;
constexpr std::uint16_t kNoSuchGroup = 4404;
constexpr std::uint16_t kNoHello = 4408;
constexpr std::uint16_t kTooMany = 4429;

const json::object kHello{{"type", "hello"}};

std::string live_with(const std::string& group, const std::string& ticket) {
    return group_path(group, "/live?ticket=" + in_query(ticket));
}

std::string take_ticket(Person& person, const std::string& group) {
    return person.client.post(group_path(group, "/ticket")).text("/ticket");
}

int status_of(const std::string& target, const Headers& headers = {}) {
    return LiveClient(Program::shared(), target, headers).status();
}

double clock_value() {
    return std::chrono::duration<double, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

TEST(LiveSocket, IsOpenedByATicketOnce) {
    auto person = register_person();
    const auto group = create_group(person);
    const auto target = live_with(group, take_ticket(person, group));
    LiveClient socket(Program::shared(), target);
    EXPECT_EQ(socket.status(), 101);
    EXPECT_EQ(status_of(target), 401);
}

TEST(LiveSocket, IsOpenedByAnAccessToken) {
    auto person = register_person();
    auto socket = open_socket(person, create_group(person));
    EXPECT_EQ(socket.status(), 101);
    socket.send(kHello);
    EXPECT_EQ(text_of(socket.next("welcome").at("self").as_object(), "id"), person.id);
}

TEST(LiveSocket, IsRefusedWithoutValidCredentialsBeforeTheUpgrade) {
    auto person = register_person();
    const auto group = create_group(person);
    const auto other = create_group(person);
    EXPECT_EQ(status_of(group_path(group, "/live")), 401);
    EXPECT_EQ(status_of(live_with(group, "nonsense")), 401);
    EXPECT_EQ(status_of(group_path(group, "/live"), {{"Authorization", "Bearer nonsense"}}), 401);
    EXPECT_EQ(status_of(live_with(other, take_ticket(person, group))), 401) << "the ticket of another group";
}

TEST(LiveSocket, IsRefusedAfterLogout) {
    auto person = register_person();
    const auto group = create_group(person);
    ASSERT_TRUE(is(person.client.post("/api/v1/auth/logout"), 204));
    EXPECT_EQ(open_socket(person, group).status(), 401);
}

TEST(LiveSocket, IsRefusedToForeignOrigins) {
    auto person = register_person();
    const auto group = create_group(person);
    const auto from = [&](const std::string& origin) {
        return status_of(live_with(group, take_ticket(person, group)), {{"Origin", origin}});
    };
    for (const char* origin :
         {"https://evil.example", "null", "https://app.example.evil.example", "http://app.example"})
        EXPECT_EQ(from(origin), 403) << origin;
    EXPECT_EQ(from(std::string(kAllowedOrigin)), 101);
}

TEST(LiveSocket, RequiresAWebSocketUpgrade) {
    auto person = register_person();
    const auto response = person.client.get(group_path(create_group(person), "/live"));
    EXPECT_TRUE(is(response, 426));
    EXPECT_EQ(response.header("upgrade"), "websocket");
}

TEST(LiveSocket, OfAnUnknownGroupEndsWith4404) {
    auto person = register_person();
    auto socket = open_socket(person, new_id());
    ASSERT_EQ(socket.status(), 101);
    EXPECT_EQ(socket.close_code(), kNoSuchGroup);
}

TEST(LiveSocket, OfAnEndedGroupEndsWith4410) {
    auto person = register_person();
    const auto group = create_group(person);
    ASSERT_TRUE(is(person.client.del(group_path(group)), 204));
    auto socket = open_socket(person, group);
    ASSERT_EQ(socket.status(), 101);
    socket.send(kHello);
    EXPECT_EQ(socket.close_code(), kGroupEnded);
}

TEST(LiveSocket, WithoutHelloEndsAfterFiveSeconds) {
    auto person = register_person();
    auto socket = open_socket(person, create_group(person));
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(socket.close_code(), kNoHello);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 4s);
}

TEST(LiveSocket, RequiresHelloFirst) {
    auto person = register_person();
    auto socket = open_socket(person, create_group(person));
    socket.send({{"type", "reaction"}, {"kind", "heart"}});
    EXPECT_EQ(socket.next().at("code"), "bad_message");
    socket.send(kHello);
    EXPECT_EQ(socket.next().at("type"), "welcome");
}

TEST(LiveSocket, ReportsInvalidMessagesAndContinues) {
    auto person = register_person();
    auto socket = join(person, create_group(person)).socket;
    for (const char* text :
         {"", "hello", "{", "[]", "{}", R"({"type":"dance"})", R"({"type":7})", R"({"type":"hello"})",
          R"({"type":"reaction","kind":"frown"})", R"({"type":"reaction","kind":"heart","x":1})",
          R"({"type":"start","countdownSeconds":61})", R"({"type":"time"})"}) {
        socket.send_text(text);
        EXPECT_EQ(socket.next("error").at("code"), "bad_message") << text;
    }
    socket.send({{"type", "time"}, {"t0", 1}});
    EXPECT_EQ(socket.next("time").at("t0").to_number<double>(), 1);
}

TEST(LiveSocket, TreatsNullAsAnOmittedField) {
    auto person = register_person();
    auto socket = open_socket(person, create_group(person));
    socket.send({{"type", "hello"}, {"resume", nullptr}});
    EXPECT_EQ(socket.next().at("resumed"), false);
    socket.send({{"type", "reaction"}, {"kind", "bow"}, {"ref", nullptr}});
    EXPECT_FALSE(socket.next("reaction").contains("ref"));
    socket.send({{"type", "start"}, {"countdownSeconds", nullptr}});
    EXPECT_LE(socket.next("start").at("startsAt").to_number<double>(), clock_value() + 1);
}

TEST(LiveSocket, AboveTenPerUserClosesTheOldest) {
    auto person = register_person();
    const auto first = create_group(person);
    const auto second = create_group(person);
    auto oldest = join(person, first).socket;
    std::vector<LiveClient> others;
    for (int i = 0; i < 9; ++i) others.push_back(join(person, i % 2 == 0 ? second : first).socket);
    others.push_back(join(person, second).socket);
    EXPECT_EQ(oldest.close_code(), kTooMany);
    others.front().disconnect();
    for (std::size_t i = 1; i < others.size(); ++i) {
        others[i].send({{"type", "time"}, {"t0", 1}});
        others[i].next("time");
    }
}

TEST(LiveSocket, EndsOnBinaryAndOversizedMessages) {
    auto person = register_person();
    const auto group = create_group(person);
    auto socket = join(person, group).socket;
    socket.send_binary("\x01\x02");
    EXPECT_EQ(socket.close_code(), kUnsupportedData);

    const auto message_of = [](std::size_t size) {
        std::string text = R"({"type":"dance","x":"")";
        return text.insert(text.size() - 1, size - text.size() - 1, 'x') + "}";
    };
    auto longest = join(person, group).socket;
    longest.send_text(message_of(4096));
    EXPECT_EQ(longest.next("error").at("code"), "bad_message");
    longest.send_text(message_of(4097));
    EXPECT_EQ(longest.close_code(), kTooBig);
}

TEST(LiveSocket, EndsWith1000AfterLeave) {
    auto person = register_person();
    auto socket = join(person, create_group(person)).socket;
    socket.send({{"type", "leave"}});
    EXPECT_EQ(socket.close_code(), kNormal);
}

TEST(LiveSocket, EndsWithItsLoginSessionWithinASecond) {
    auto person = register_person();
    auto elsewhere = log_in_again(person);
    auto group = create_group(person);
    auto by_ticket = join(elsewhere, group).socket;
    auto by_token = open_socket(elsewhere, group);
    auto other_login = join(person, group).socket;
    ASSERT_TRUE(is(elsewhere.client.post("/api/v1/auth/logout"), 204));
    EXPECT_EQ(by_ticket.close_code(std::chrono::seconds(1)), kTokenEnded);
    EXPECT_EQ(by_token.close_code(std::chrono::seconds(1)), kTokenEnded);
    other_login.send({{"type", "leave"}});
    EXPECT_EQ(other_login.close_code(), kNormal) << "the user's other login continues";
}

TEST(LiveSocket, FollowsTheLoginSessionOfItsNewToken) {
    auto person = register_person();
    auto newer = log_in_again(person);
    auto socket = join(person, create_group(person)).socket;
    socket.send({{"type", "auth"}, {"accessToken", newer.client.access_token()}});
    socket.send({{"type", "time"}, {"t0", 1}});
    socket.next("time");  // the previous frame has been handled
    ASSERT_TRUE(is(person.client.post("/api/v1/auth/logout"), 204));
    socket.send({{"type", "time"}, {"t0", 2}});
    socket.next("time");
    ASSERT_TRUE(is(newer.client.post("/api/v1/auth/logout"), 204));
    EXPECT_EQ(socket.close_code(std::chrono::seconds(1)), kTokenEnded);
}

TEST(LiveSocket, IsCompressedOnlyIfConfigured) {
    auto person = register_person();
    EXPECT_FALSE(open_socket(person, create_group(person)).is_compressed());

    Program program({{"MINDSPACE_HTTP_WEBSOCKET_COMPRESSION", "true"}});
    auto other = register_person(program);
    auto joined = join(other, create_group(other));
    EXPECT_TRUE(joined.socket.is_compressed());
    joined.socket.send({{"type", "reaction"}, {"kind", "bow"}, {"ref", std::string(64, 'r')}});
    EXPECT_EQ(text_of(joined.socket.next("reaction"), "ref"), std::string(64, 'r'));
    joined.socket.send({{"type", "leave"}});
    EXPECT_EQ(joined.socket.close_code(), kNormal);
}

TEST(LiveSocket, RespondsToTimeRequestsLikeNtp) {
    auto person = register_person();
    auto joined = join(person, create_group(person));
    EXPECT_NEAR(joined.welcome.at("serverTime").to_number<double>(), clock_value(), 60'000);
    for (int i = 0; i < 3; ++i) {
        const auto t0 = clock_value();
        joined.socket.send({{"type", "time"}, {"t0", t0}});
        const auto response = joined.socket.next("time");
        const auto t3 = clock_value();
        EXPECT_NEAR(response.at("t0").to_number<double>(), t0, 0.001);
        const auto t1 = response.at("t1").to_number<double>();
        const auto t2 = response.at("t2").to_number<double>();
        // Both use the same clock; the server's time may be truncated to whole milliseconds.
        EXPECT_LE(t0, t1 + 1);
        EXPECT_LE(t1, t2);
        EXPECT_LE(t2, t3 + 1);
    }
}

// A client matches the response to its request by t0, so not one bit of it may change. (Boost.JSON does not parse
// numbers that exactly, so the test parses the frame itself.)
TEST(LiveSocket, EchoesTheClientsTimeUnchanged) {
    auto person = register_person();
    auto socket = join(person, create_group(person)).socket;
    for (const char* t0 : {"1795412172857.7253", "1795412207155.8887", "1795412680921.2021", "1795412680921", "0.1"}) {
        socket.send_text(std::string(R"({"type":"time","t0":)") + t0 + "}");
        constexpr std::string_view kMember = "\"t0\":";
        const auto frame = socket.next_text();
        const auto at = frame.find(kMember);
        ASSERT_NE(at, std::string::npos) << frame;
        // To a microsecond, because the JSON library's numbers can differ in the last bit.
        EXPECT_NEAR(std::strtod(frame.c_str() + at + kMember.size(), nullptr), std::strtod(t0, nullptr), 0.001)
            << frame;
    }
}

TEST(LiveSocket, AcceptsANewAccessTokenOfTheSameUserOnly) {
    auto person = register_person();
    auto other = register_person();
    auto socket = join(person, create_group(person)).socket;
    socket.send({{"type", "auth"}, {"accessToken", other.client.access_token()}});
    EXPECT_EQ(socket.next().at("type"), "error");
    socket.send({{"type", "auth"}, {"accessToken", "nonsense"}});
    EXPECT_EQ(socket.next().at("type"), "error");
    socket.send({{"type", "auth"}, {"accessToken", log_in_again(person).client.access_token()}});
    socket.send({{"type", "time"}, {"t0", 5}});
    EXPECT_EQ(socket.next().at("type"), "time") << "no error before it";
}

}  // namespace
}  // namespace mindspace::integration
