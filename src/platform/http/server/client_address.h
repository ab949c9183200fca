#pragma once
// Finds the client behind proxies: the rightmost hop of X-Forwarded-For, or of Forwarded (RFC 7239), that is not one of
// our own proxies. Values from any other sender are ignored. Also determines the network of an address.

#include "platform/base/result.h"
#include "platform/http/wire/request_head.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

namespace asio = boost::asio;

// Converts an IPv4-mapped IPv6 address to IPv4 (RFC 4291 section 2.5.5.2: a client of a dual-stack socket); returns any
// other unchanged.
asio::ip::address unmapped(const asio::ip::address& address);

// The network whose callers share a quota if they are not authenticated: the IPv4 address, or the /64 of an IPv6 one
// (RFC 6177: the usual assignment to one home). Any other text is a separate network.
std::string network_of(std::string_view address);

// The field that the proxies write; the other one may come from a client and is ignored.
enum class ForwardedField { x_forwarded_for, forwarded };

constexpr auto names_of(ForwardedField) {
    return std::array<std::string_view, 2>{"x-forwarded-for", "forwarded"};
}

class ProxyTrust {
public:
    ProxyTrust() = default;  // trusts no proxy
    // Networks in CIDR notation, or single addresses. Error: invalid, naming the invalid one.
    static Result<ProxyTrust> make(const std::vector<std::string>& networks, ForwardedField field);

    [[nodiscard]] bool trusts(const asio::ip::address& address) const;
    // The client behind `peer`, as text without a port. The search ends at a hop that is not an address; the result is
    // then the hop before it.
    [[nodiscard]] std::string client_of(const asio::ip::address& peer, const RequestHead& head) const;

private:
    struct Network {
        asio::ip::address_v6::bytes_type prefix;  // IPv4 as ::ffff:a.b.c.d
        unsigned length;                          // in bits, of the IPv6 form
    };
    std::vector<Network> networks_;
    ForwardedField field_ = ForwardedField::x_forwarded_for;
};

}  // namespace mindspace::http
