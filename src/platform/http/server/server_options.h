#pragma once
// The bounds and deadlines of one server, on one core.

#include "platform/http/server/client_address.h"
#include "platform/http/server/tls_certificates.h"
#include "platform/http/wire/request_head.h"

#include <chrono>
#include <cstddef>

namespace mindspace::http {

struct ServerOptions {
    ParseLimits limits{};
    std::size_t max_connections = 15000;  // of this core; beyond: accepted and closed at once
    // Of this core; max_connections is its total. Proxies are not counted by themselves, but those for whom they call.
    std::size_t max_connections_per_network = 5000;
    std::size_t max_unread_per_network = 32 * 1024 * 1024;  // bytes
    std::size_t max_unread = 128 * 1024 * 1024;             // bytes
    // Whether a client that comes back at once after a 503 waits for its turn. Not where clients share connections.
    bool paces_refused = false;
    // How long idle connections outlive the begin of a drain: until gateways have noticed it and send nothing more.
    std::chrono::milliseconds drain_grace{0};
    std::chrono::seconds header_timeout{10};   // from the first byte of a request, or from the connection
    std::chrono::seconds body_timeout{30};     // from the end of the head
    std::chrono::seconds idle_timeout{75};     // between requests
    std::chrono::seconds request_timeout{60};  // for the handler; then it is cancelled
    std::chrono::seconds write_timeout{10};    // for a client that does not read
    ProxyTrust proxies{};                      // who may say for whom they call
    bool expects_proxy_header = false;         // from those proxies, at the beginning of each connection
    const TlsCertificates* tls = nullptr;      // null: plain; must outlive the server
    bool compresses_websockets = false;        // permessage-deflate, for clients that offer it
};

}  // namespace mindspace::http
