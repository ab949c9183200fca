#include "platform/http/websocket/handshake.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace mindspace::http {

namespace {

// Sixteen bytes in canonical base64: 22 digits, of which the last carries two bits, and two '='.
bool is_valid_key(std::string_view key) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    constexpr std::string_view kLastDigits = "AQgw";
    return key.size() == 24 && key.ends_with("==") && kLastDigits.contains(key[21]) &&
           key.substr(0, 22).find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

std::string websocket_accept(std::string_view key) {
    std::string text(key);
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, 20> digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("SHA-1 is not available");
    std::array<unsigned char, 29> encoded{};  // 28 characters and a terminating NUL
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return {encoded.begin(), encoded.end() - 1};
}

std::expected<std::string, ParseFailure> check_websocket_handshake(const RequestHead& head) {
    const auto refuse = [](int status, std::string_view reason) {
        return std::unexpected(ParseFailure{.status = status, .reason = reason});
    };
    if (head.method != Method::get) return refuse(405, "a WebSocket is opened with GET");
    if (!head.upgrade || !head.has_token("upgrade", "websocket")) return refuse(426, "this is a WebSocket endpoint");
    const auto version = head.find("sec-websocket-version");
    if (!version || head.count("sec-websocket-version") != 1) return refuse(400, "no single Sec-WebSocket-Version");
    if (*version != "13") return refuse(426, "WebSocket version is not 13");
    const auto key = head.find("sec-websocket-key");
    if (!key || head.count("sec-websocket-key") != 1) return refuse(400, "no single Sec-WebSocket-Key");
    if (!is_valid_key(*key)) return refuse(400, "invalid Sec-WebSocket-Key");
    return websocket_accept(*key);
}

}  // namespace mindspace::http
