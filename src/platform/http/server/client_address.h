#pragma once
// Who really calls when proxies stand in between: the rightmost hop of X-Forwarded-For, or of Forwarded (RFC 7239),
// that is not one of our own proxies. What comes from anybody else in those fields is ignored. And which network an
// address is of.

#include "platform/base/result.h"
#include "platform/http/wire/request_head.h"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace mindspace::http {

namespace asio = boost::asio;

// The IPv4 address that an IPv4-mapped IPv6 one stands for (RFC 4291 section 2.5.5.2: a client of a socket for both);
// any other as it is.
asio::ip::address unmapped(const asio::ip::address& address);

// What shares the quota of callers that are not authenticated: the IPv4 address, or the /64 of an IPv6 one (RFC 6177:
// what one home is given). Any text that is no address is a network of its own.
std::string network_of(std::string_view address);

// Which of the two fields the proxies write; the other one may be a client's and is not looked at.
enum class ForwardedField { x_forwarded_for, forwarded };

constexpr auto names_of(ForwardedField) {
    return std::array<std::string_view, 2>{"x-forwarded-for", "forwarded"};
}

class ProxyTrust {
public:
    ProxyTrust() = default;  // trusts no proxy
    // Networks as CIDR, or single addresses. Error: invalid, naming the one that is none.
    static Result<ProxyTrust> make(const std::vector<std::string>& networks, ForwardedField field);

    [[nodiscard]] bool trusts(const asio::ip::address& address) const;
    // The client behind `peer`, as text without a port. A hop that is no address ends the search: the last one before
    // it counts.
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
