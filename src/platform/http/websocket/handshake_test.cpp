#include "platform/http/websocket/handshake.h"

#include "platform/http/wire/request_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace mindspace::http {
namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // of RFC 6455 section 1.3

struct Opening {
    std::string request_line = "GET /live HTTP/1.1";
    std::string upgrade = "Upgrade: websocket\r\n";
    std::string connection = "Connection: Upgrade\r\n";
    std::string version = "Sec-WebSocket-Version: 13\r\n";
    std::string key = "Sec-WebSocket-Key: " + std::string(kKey) + "\r\n";
};

// The accept value, or the status if refused.
std::string check(const Opening& opening) {
    std::string request = opening.request_line + "\r\nHost: localhost\r\n" + opening.upgrade + opening.connection +
                          opening.version + opening.key + "\r\n";
    RequestParser parser;
    if (parser.feed({request.data(), request.size()}) != RequestParser::Progress::complete) return "not a request";
    const auto accept = check_websocket_handshake(parser.head());
    return accept ? *accept : std::to_string(accept.error().status);
}

std::string check_key(const std::string& key) {
    return check({.key = "Sec-WebSocket-Key: " + key + "\r\n"});
}

TEST(WebSocketHandshake, AcceptsTheExampleOfTheStandard) {
    EXPECT_EQ(check({}), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, ReadsTokensIgnoringCaseAndLists) {
    EXPECT_EQ(check({.upgrade = "Upgrade: h3, WebSocket\r\n", .connection = "Connection: keep-alive, upgrade\r\n"}),
              check({}));
}

TEST(WebSocketHandshake, RequiresAnUpgrade) {
    EXPECT_EQ(check({.upgrade = ""}), "426");
    EXPECT_EQ(check({.upgrade = "Upgrade: h2c\r\n"}), "426");
    EXPECT_EQ(check({.connection = "Connection: close\r\n"}), "426");
    EXPECT_EQ(check({.request_line = "GET /live HTTP/1.0"}), "426");
}

TEST(WebSocketHandshake, RequiresGet) {
    EXPECT_EQ(check({.request_line = "POST /live HTTP/1.1"}), "405");
}

TEST(WebSocketHandshake, RequiresVersion13) {
    EXPECT_EQ(check({.version = "Sec-WebSocket-Version: 12\r\n"}), "426");
    EXPECT_EQ(check({.version = "Sec-WebSocket-Version: 13x\r\n"}), "426");
    EXPECT_EQ(check({.version = ""}), "400");
    EXPECT_EQ(check({.version = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n"}), "400");
}

TEST(WebSocketHandshake, RequiresExactlyOneKeyOfSixteenBytes) {
    EXPECT_EQ(check({.key = ""}), "400");
    const std::string key(kKey);
    EXPECT_EQ(check_key(key + "\r\nSec-WebSocket-Key: " + key), "400");
    EXPECT_EQ(check_key("YQ=="), "400");
    EXPECT_EQ(check_key("*not base64 at all*!!!!!"), "400");
    EXPECT_EQ(check_key("dGhlIHNhbXBsZSBub25jZR=="), "400") << "bits left over";
    EXPECT_EQ(check_key("dGhlIHNhbXBsZSBub25jZQ=A"), "400");
    EXPECT_EQ(check_key("dGhlIHNhbXBsZSBub25jZQ"), "400");
    EXPECT_EQ(check_key("dGhlIHNhbXBsZSBub25jZSEh"), "400") << "eighteen bytes";
    EXPECT_EQ(check_key("dGhlIHNhbXBsZSBub25jZ-=="), "400");
}

}  // namespace
}  // namespace mindspace::http
