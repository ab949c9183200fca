#include "platform/http/wire/proxy_header.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <ranges>
#include <string>
#include <vector>

namespace mindspace::http {

namespace {

using namespace std::string_view_literals;

// ---- version 1: "PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n", "PROXY UNKNOWN\r\n"
constexpr auto kTextBegin = "PROXY "sv;
constexpr auto kTextEnd = "\r\n"sv;
constexpr std::size_t kShortestText = "PROXY UNKNOWN\r\n"sv.size();
constexpr std::size_t kMaxTextHeader = 107;

// ---- version 2: signature, version and command, family and transport, length of the rest, addresses, extensions
constexpr auto kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kFixedSize = 16;
constexpr std::size_t kMaxRest = 2048;  // addresses take at most 36, the extensions of known proxies some hundred
constexpr std::uint8_t kLocal = 0x20;   // version 2, command LOCAL
constexpr std::uint8_t kProxy = 0x21;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;

Error no_header() {
    return {ErrorCode::invalid, "no_proxy_header", "The connection does not begin with a PROXY header.", {}};
}

std::uint8_t byte_at(std::string_view header, std::size_t at) {
    return static_cast<std::uint8_t>(header[at]);
}

// The source address of version 2, which precedes the destination's.
template <class Address>
std::optional<asio::ip::address> address_at(std::string_view rest) {
    typename Address::bytes_type bytes{};
    if (rest.size() < 2 * bytes.size() + 2 * sizeof(std::uint16_t)) return std::nullopt;
    std::memcpy(bytes.data(), rest.data(), bytes.size());
    return Address(bytes);
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    return failure == std::errc{} && end == text.data() + text.size();
}

std::optional<asio::ip::address> parse_address(std::string_view text, bool wants_v4) {
    boost::system::error_code failure;
    auto address = asio::ip::make_address(std::string(text), failure);
    if (failure || address.is_v4() != wants_v4) return std::nullopt;
    return address;
}

// Parses a line without its CR LF. Error: invalid. Nothing (nullopt) for UNKNOWN, regardless of what follows it.
Result<std::optional<asio::ip::address>> parse_line(std::string_view line) {
    line.remove_prefix(kTextBegin.size());
    std::vector<std::string_view> words;
    for (auto word : std::views::split(line, ' ')) words.emplace_back(word.begin(), word.end());
    if (words[0] == "UNKNOWN") return std::optional<asio::ip::address>();
    const bool is_v4 = words[0] == "TCP4";
    if (words.size() != 5 || (!is_v4 && words[0] != "TCP6")) return no_header();
    auto source = parse_address(words[1], is_v4);
    if (!source || !parse_address(words[2], is_v4) || !is_port(words[3]) || !is_port(words[4])) return no_header();
    return source;
}

Result<std::size_t> missing_text(std::string_view received) {
    if (received.size() < kShortestText) return kShortestText - received.size();
    if (received.ends_with(kTextEnd)) {
        auto line = parse_line(received.substr(0, received.size() - kTextEnd.size()));
        if (!line) return line.error();
        return std::size_t{0};
    }
    if (received.size() >= kMaxTextHeader || received.contains('\n')) return no_header();
    return received.ends_with('\r') ? std::size_t{1} : kTextEnd.size();
}

Result<std::size_t> missing_binary(std::string_view received) {
    if (received.size() < kFixedSize) return kFixedSize - received.size();
    const std::size_t rest = static_cast<std::size_t>(byte_at(received, 14)) << 8 | byte_at(received, 15);
    if (byte_at(received, 12) != kLocal && byte_at(received, 12) != kProxy) return no_header();
    if (rest > kMaxRest) return no_header();
    return kFixedSize + rest - received.size();
}

bool may_start_with(std::string_view received, std::string_view start) {
    auto size = std::min(received.size(), start.size());
    return received.substr(0, size) == start.substr(0, size);
}

}  // namespace

Result<std::size_t> missing_bytes(std::string_view received) {
    if (may_start_with(received, kTextBegin)) return missing_text(received);
    if (may_start_with(received, kSignature)) return missing_binary(received);
    return no_header();
}

std::optional<asio::ip::address> source_of(std::string_view header) {
    if (header.starts_with(kTextBegin))
        return parse_line(header.substr(0, header.size() - kTextEnd.size())).value_or(std::nullopt);
    if (byte_at(header, 12) == kLocal) return std::nullopt;
    auto rest = header.substr(kFixedSize);
    if (byte_at(header, 13) == kTcp4) return address_at<asio::ip::address_v4>(rest);
    if (byte_at(header, 13) == kTcp6) return address_at<asio::ip::address_v6>(rest);
    return std::nullopt;
}

}  // namespace mindspace::http
