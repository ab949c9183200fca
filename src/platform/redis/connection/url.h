#pragma once
// Where Redis is, as people write it.

#include "platform/base/result.h"
#include "platform/redis/connection/options.h"

#include <string_view>

namespace mindspace::redis {

// One of
//     redis://[[user]:password@]host[:port]                        a server
//     redis+cluster://[[user]:password@]host[:port][,host[:port]]… a cluster: nodes to ask for the others at first
//     unix://[[user]:password@]/path or /path                      a server's Unix socket
// with rediss and rediss+cluster for TLS, where "?ca=/path/to/ca.pem" names whom to trust instead of the system's
// certificates. User, password and file are percent-encoded (RFC 3986). Reads the file. Error: invalid; it never
// quotes the URL.
Result<ClientOptions> parse_url(std::string_view url);

}  // namespace mindspace::redis
