#include "platform/redis/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace mindspace::redis {

namespace {

constexpr std::string_view kUnix = "unix://";

}  // namespace

Result<ClientOptions> parse_url(std::string_view url) {
    ClientOptions options;
    if (url.starts_with(kUnix)) url.remove_prefix(kUnix.size());
    if (url.starts_with('/')) {
        options.socket_path = url;
        return options;
    }
    auto parsed = boost::urls::parse_uri(boost::urls::string_view(url.data(), url.size()));
    if (!parsed || parsed->scheme() != "redis" || parsed->host().empty() ||
        (parsed->has_port() && parsed->port_number() == 0))
        return Error{
            ErrorCode::invalid, "invalid_url", "must be redis://[user:password@]host[:port] or a socket's path", {}};
    options.host = parsed->host_name();
    if (options.host.empty()) options.host = parsed->host();
    if (parsed->has_port()) options.port = parsed->port_number();
    options.username = parsed->user();
    options.password = parsed->password();
    return options;
}

}  // namespace mindspace::redis
