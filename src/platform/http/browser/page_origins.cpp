#include "platform/http/browser/page_origins.h"

#include "platform/http/wire/syntax.h"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace mindspace::http {

namespace {

constexpr std::string_view kEncrypted = "https://";

// "https://mind.example:443" → "https://"; "" for what is no URL, such as the origin "null".
std::string_view scheme_of(std::string_view url) {
    const auto end = url.find("://");
    return end == std::string_view::npos ? std::string_view() : url.substr(0, end + 3);
}

// "https://mind.example:443/app" → "mind.example:443"
std::string_view authority_of(std::string_view url) {
    const auto authority = url.substr(scheme_of(url).size());
    return authority.substr(0, authority.find('/'));
}

// Browsers leave the scheme's own port out.
std::string_view without_default_port(std::string_view authority, std::string_view scheme) {
    const std::string_view port = equals_ignoring_case(scheme, kEncrypted) ? ":443" : ":80";
    if (authority.ends_with(port)) authority.remove_suffix(port.size());
    return authority;
}

std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
    return authority.substr(0, authority.find(':'));
}

}  // namespace

PageOrigins::PageOrigins(std::string_view public_url, std::vector<std::string> allowed)
    : scheme_(scheme_of(public_url)),
      own_(scheme_ + std::string(without_default_port(authority_of(public_url), scheme_))),
      allowed_(std::move(allowed)) {
    std::erase_if(allowed_, [](std::string_view origin) { return scheme_of(origin).empty(); });
}

bool PageOrigins::contains(std::string_view origin, std::string_view host) const {
    if (scheme_of(origin).empty()) return false;
    if (equals_ignoring_case(origin, own_)) return true;
    const bool is_of_this_host = !host.empty() && equals_ignoring_case(origin.substr(scheme_of(origin).size()),
                                                                       without_default_port(host, scheme_));
    if (is_of_this_host && equals_ignoring_case(scheme_of(origin), scheme_)) return true;
    return std::ranges::any_of(allowed_, [&](std::string_view other) { return equals_ignoring_case(other, origin); });
}

bool is_trustworthy_origin(std::string_view origin) {
    if (equals_ignoring_case(scheme_of(origin), kEncrypted)) return true;
    const auto host = host_of(authority_of(origin));
    if (equals_ignoring_case(host, "localhost")) return true;
    constexpr std::string_view kBelowLocalhost = ".localhost";
    if (host.size() > kBelowLocalhost.size() &&
        equals_ignoring_case(host.substr(host.size() - kBelowLocalhost.size()), kBelowLocalhost))
        return true;
    boost::system::error_code no_address;
    const auto address = boost::asio::ip::make_address(std::string(host), no_address);
    return !no_address && address.is_loopback();
}

}  // namespace mindspace::http
