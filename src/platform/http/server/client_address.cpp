#include "platform/http/server/client_address.h"

#include "platform/http/wire/syntax.h"

#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <charconv>
#include <ranges>

namespace mindspace::http {

namespace {

using asio::ip::address;
using asio::ip::address_v6;

constexpr std::size_t kMaxHops = 32;

address_v6::bytes_type as_v6(const address& any) {
    auto v6 = any.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, any.to_v4()) : any.to_v6();
    return v6.to_bytes();
}

std::optional<address> parse_address(std::string_view text) {
    boost::system::error_code failure;
    auto parsed = asio::ip::make_address(std::string(text), failure);
    if (failure) return std::nullopt;
    return unmapped(parsed);
}

// "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80"
std::optional<address> parse_node(std::string_view node) {
    if (node.starts_with('[')) {
        auto end = node.find(']');
        return end == std::string_view::npos ? std::nullopt : parse_address(node.substr(1, end - 1));
    }
    bool has_port = std::ranges::count(node, ':') == 1;
    return parse_address(has_port ? node.substr(0, node.find(':')) : node);
}

// The `for` of one element of Forwarded, without its quotes.
std::string_view node_of_element(std::string_view element) {
    while (!element.empty()) {
        auto end = std::min(element.find(';'), element.size());
        auto pair = trim(element.substr(0, end));
        element.remove_prefix(std::min(end + 1, element.size()));
        if (pair.size() < 4 || !equals_ignoring_case(pair.substr(0, 4), "for=")) continue;
        auto node = pair.substr(4);
        if (node.size() >= 2 && node.starts_with('"') && node.ends_with('"')) node = node.substr(1, node.size() - 2);
        return node;
    }
    return {};
}

}  // namespace

Result<ProxyTrust> ProxyTrust::make(const std::vector<std::string>& networks, ForwardedField field) {
    ProxyTrust trust;
    trust.field_ = field;
    for (const auto& text : networks) {
        auto slash = text.find('/');
        auto parsed = parse_address(std::string_view(text).substr(0, slash));
        unsigned max_length = parsed && parsed->is_v4() ? 32 : 128;
        unsigned length = max_length;
        if (slash != std::string::npos) {
            const auto* begin = text.data() + slash + 1;
            const auto* end = text.data() + text.size();
            auto [read, failure] = std::from_chars(begin, end, length);
            if (failure != std::errc{} || read != end) parsed.reset();
        }
        if (!parsed || length > max_length)
            return Error{
                ErrorCode::invalid, "invalid_network", "\"" + text + "\" is no network such as 10.0.0.0/8", {}};
        trust.networks_.push_back({as_v6(*parsed), length + (128 - max_length)});
    }
    return trust;
}

bool ProxyTrust::trusts(const address& hop) const {
    auto bytes = as_v6(hop);
    return std::ranges::any_of(networks_, [&](const Network& network) {
        auto full_bytes = network.length / 8;
        if (!std::equal(bytes.begin(), bytes.begin() + full_bytes, network.prefix.begin())) return false;
        auto rest = network.length % 8;
        return rest == 0 || (bytes[full_bytes] ^ network.prefix[full_bytes]) >> (8 - rest) == 0;
    });
}

std::string ProxyTrust::client_of(const address& peer, const RequestHead& head) const {
    auto client = unmapped(peer);
    if (!trusts(client)) return client.to_string();
    auto name = names_of(field_)[static_cast<std::size_t>(field_)];
    std::size_t hops = 0;
    for (const auto& [field, value] : head.headers | std::views::reverse) {
        if (!equals_ignoring_case(field, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto comma = rest.rfind(',');
            auto element = trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
            rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
            if (element.empty()) continue;
            auto hop = parse_node(field_ == ForwardedField::forwarded ? node_of_element(element) : element);
            if (!hop || ++hops > kMaxHops) return client.to_string();
            client = *hop;
            if (!trusts(client)) return client.to_string();
        }
    }
    return client.to_string();
}

address unmapped(const address& any) {
    if (!any.is_v6() || !any.to_v6().is_v4_mapped()) return any;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, any.to_v6());
}

std::string network_of(std::string_view address) {
    boost::system::error_code failure;
    auto parsed = asio::ip::make_address(std::string(address), failure);
    if (failure || !parsed.is_v6()) return std::string(address);
    return asio::ip::network_v6(parsed.to_v6(), 64).canonical().to_string();
}

}  // namespace mindspace::http
