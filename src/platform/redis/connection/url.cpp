#include "platform/redis/connection/url.h"

#include "platform/redis/connection/tls.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <optional>
#include <string>

namespace mindspace::redis {

namespace {

using boost::urls::url_view;

constexpr std::string_view kTls = "rediss";
constexpr std::string_view kPlain = "redis";
constexpr std::string_view kClusterSuffix = "+cluster";

Error invalid(std::string detail) {
    return Error{ErrorCode::invalid, "invalid_url", std::move(detail), {}};
}

Error malformed() {
    return invalid(
        "must be redis[s]://[user:password@]host[:port], redis[s]+cluster://[user:password@]host[:port],… or the path "
        "of a socket, user and password percent-encoded");
}

std::optional<url_view> parse_part(std::string_view text) {
    auto parsed = boost::urls::parse_uri(boost::urls::string_view(text.data(), text.size()));
    return parsed ? std::optional<url_view>(*parsed) : std::nullopt;
}

void take_credentials(const url_view& url, ClientOptions& options) {
    options.username = url.user();
    options.password = url.password();
}

std::optional<Address> address_of(const url_view& url) {
    Address address{.host = url.host_name(), .port = 6379};
    if (address.host.empty()) address.host = url.host_address();
    if (url.has_port()) address.port = url.port_number();
    // A comma is allowed in a host name (RFC 3986), but no real host name contains one.
    if (address.host.empty() || address.host.contains(',') || address.port == 0) return std::nullopt;
    return address;
}

Result<ClientOptions> parse_socket(std::string_view text) {
    ClientOptions options;
    auto url = parse_part(text);
    if (!url || !url->host().empty() || url->has_port() || url->path().empty() || url->has_query()) return malformed();
    take_credentials(*url, options);
    options.socket_path = url->path();
    return options;
}

// Applies the options in the query. "ca" is the only one.
Result<> take_query(const url_view& url, bool is_encrypted, ClientOptions& options) {
    std::string ca_file;
    for (const auto& parameter : url.params()) {
        if (!is_encrypted || parameter.key != "ca" || parameter.value.empty())
            return invalid("may have a query only as rediss://…?ca=/path/to/ca.pem");
        ca_file = parameter.value;
    }
    if (!is_encrypted) return {};
    auto tls = Tls::make(ca_file);
    if (!tls) return tls.error();
    options.tls = std::move(*tls);
    return {};
}

}  // namespace

Result<ClientOptions> parse_url(std::string_view url) {
    if (url.starts_with('/')) {
        ClientOptions options;
        options.socket_path = url;
        return options;
    }
    if (url.starts_with("unix:")) return parse_socket(url);

    std::size_t authority = url.find("://");
    if (authority == std::string_view::npos) return malformed();
    std::string_view scheme = url.substr(0, authority);
    bool is_cluster = scheme.ends_with(kClusterSuffix);
    if (is_cluster) scheme.remove_suffix(kClusterSuffix.size());
    if (scheme != kPlain && scheme != kTls) return malformed();

    // A list of hosts is not a valid URI (RFC 3986), but with any single host it is.
    std::size_t begin = authority + 3;
    std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    std::string_view hosts = url.substr(begin, end - begin);
    if (std::size_t at = hosts.rfind('@'); at != std::string_view::npos) {
        begin += at + 1;
        hosts.remove_prefix(at + 1);
    }
    ClientOptions options;
    while (true) {
        std::size_t comma = is_cluster ? std::min(hosts.find(','), hosts.size()) : hosts.size();
        std::string text(url.substr(0, begin));
        text.append(hosts.substr(0, comma)).append(url.substr(end));
        auto part = parse_part(text);
        auto address = part ? address_of(*part) : std::nullopt;
        if (!address || part->has_fragment() || (!part->path().empty() && part->path() != "/")) return malformed();
        if (options.seeds.empty()) {
            take_credentials(*part, options);
            if (auto done = take_query(*part, scheme == kTls, options); !done) return done.error();
            options.host = address->host;
            options.port = address->port;
        }
        options.seeds.push_back(std::move(*address));
        if (comma == hosts.size()) break;
        hosts.remove_prefix(comma + 1);
    }
    if (!is_cluster) options.seeds.clear();
    return options;
}

}  // namespace mindspace::redis
