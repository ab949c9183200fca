#include "platform/events/broker/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace mindspace::events {

namespace {

using boost::urls::url_view;

Error malformed(const BrokerScheme& scheme) {
    std::string name(scheme.name);
    std::string detail = "must be " + name + "[s]://[user:password@]host[:port],…/path";
    for (auto parameter : scheme.parameters)
        detail += (parameter == scheme.parameters.front() ? "?" : "&") + std::string(parameter) + "=…";
    return {ErrorCode::invalid, "invalid_url", detail + ", all parts percent-encoded", {}};
}

// Returns 0 for an invalid port.
std::uint16_t parse_port(std::string_view text) {
    std::uint16_t port = 0;
    auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    return fault == std::errc() && end == text.data() + text.size() ? port : 0;
}

std::optional<BrokerAddress> address_of(const url_view& url, std::uint16_t default_port) {
    BrokerAddress address{.host = url.host_name(), .port = default_port};
    if (address.host.empty()) address.host = url.host_address();
    if (url.has_port()) address.port = parse_port(url.port());
    if (address.host.empty() || address.host.contains(',') || address.port == 0) return std::nullopt;
    return address;
}

// Takes what all hosts share from the URL of the first one.
bool parse_common(const url_view& url, const BrokerScheme& scheme, BrokerUrl& broker) {
    broker.user = url.user();
    broker.password = url.password();
    broker.path = url.path();
    if (!broker.path.empty()) broker.path.erase(0, 1);
    for (const auto& parameter : url.params()) {
        if (std::ranges::find(scheme.parameters, std::string_view(parameter.key)) == scheme.parameters.end() ||
            parameter.value.empty())
            return false;
        broker.query[parameter.key] = parameter.value;
    }
    return !url.has_fragment();
}

}  // namespace

Result<BrokerUrl> parse_broker_url(std::string_view url, const BrokerScheme& scheme) {
    const auto colon = std::min(url.find("://"), url.size());
    const auto name = url.substr(0, colon);
    BrokerUrl broker;
    broker.is_encrypted = name == std::string(scheme.name) + "s";
    if (colon == url.size() || (!broker.is_encrypted && name != scheme.name)) return malformed(scheme);
    const auto port = broker.is_encrypted ? scheme.encrypted_port : scheme.port;

    // A list of hosts is not a valid URI (RFC 3986), but with any single host it is.
    auto begin = colon + 3;
    const auto end = std::min(url.find_first_of("/?#", begin), url.size());
    if (const auto at = url.substr(begin, end - begin).rfind('@'); at != std::string_view::npos) begin += at + 1;
    auto hosts = url.substr(begin, end - begin);
    while (true) {
        const auto comma = std::min(hosts.find(','), hosts.size());
        std::string text(url.substr(0, begin));
        text.append(hosts.substr(0, comma)).append(url.substr(end));
        const auto one = boost::urls::parse_uri(text);
        if (!one) return malformed(scheme);
        auto address = address_of(*one, port);
        if (!address) return malformed(scheme);
        if (broker.addresses.empty() && !parse_common(*one, scheme, broker)) return malformed(scheme);
        broker.addresses.push_back(std::move(*address));
        if (comma == hosts.size()) return broker;
        hosts.remove_prefix(comma + 1);
    }
}

}  // namespace mindspace::events
