#pragma once
// The address of Redis as users write it.

#include "platform/base/result.h"
#include "platform/redis/connection/options.h"

#include <string_view>

namespace mindspace::redis {

// Parses one of
//     redis://[[user]:password@]host[:port]                        a server
//     redis+cluster://[[user]:password@]host[:port][,host[:port]]… a cluster: nodes that are asked for the others
//     unix://[[user]:password@]/path or /path                      a server's Unix socket
// with rediss and rediss+cluster for TLS, where "?ca=/path/to/ca.pem" names the trusted certificates instead of the
// system's. User, password and file are percent-encoded (RFC 3986). Reads the file. Error: invalid; the message never
// quotes the URL.
Result<ClientOptions> parse_url(std::string_view url);

}  // namespace mindspace::redis
