#pragma once
// The limits and deadlines of one server, on one core.

#include "platform/http/server/client_address.h"
#include "platform/http/server/tls_certificates.h"
#include "platform/http/wire/request_head.h"

#include <chrono>
#include <cstddef>

namespace mindspace::http {

struct ServerOptions {
    ParseLimits limits{};
    std::size_t max_connections = 15000;  // of this core; above: accepted and closed at once
    // Of this core; max_connections is the total. A trusted proxy is not limited, but the clients it forwards are.
    std::size_t max_connections_per_network = 5000;
    std::size_t max_unread_per_network = 32 * 1024 * 1024;  // bytes
    std::size_t max_unread = 128 * 1024 * 1024;             // bytes
    // Whether a client that retries at once after a 503 is delayed. Not if clients share connections.
    bool paces_refused = false;
    // How long idle connections stay open during a drain: until gateways have noticed it and send no more requests.
    std::chrono::milliseconds drain_grace{0};
    std::chrono::seconds header_timeout{10};   // from the first byte of a request, or from the connection
    std::chrono::seconds body_timeout{30};     // from the end of the head
    std::chrono::seconds idle_timeout{75};     // between requests
    std::chrono::seconds request_timeout{60};  // for the handler; then it is cancelled
    std::chrono::seconds write_timeout{10};    // for a client that does not read
    ProxyTrust proxies{};                      // the proxies that may state their client
    bool expects_proxy_header = false;         // from those proxies, at the beginning of each connection
    const TlsCertificates* tls = nullptr;      // null: plain; must outlive the server
    bool compresses_websockets = false;        // permessage-deflate, for clients that offer it
};

}  // namespace mindspace::http
