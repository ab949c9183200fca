#pragma once
// The address of Redis and the time limits.

#include "platform/base/time.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mindspace::redis {

class Tls;

// The address of one server; identifies a node of a cluster.
struct Address {
    std::string host;
    std::uint16_t port = 0;
    auto operator<=>(const Address&) const = default;
};

struct ClientOptions {
    std::string socket_path;  // of a Unix socket; if empty, host and port are used
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::vector<Address> seeds;  // if not empty, a cluster: the nodes that are asked first for its slots
    std::shared_ptr<Tls> tls;    // if empty, no TLS
    std::string username;        // if empty, the user "default"
    std::string password;        // if empty, no AUTH
    Milliseconds connect_timeout{1000};
    Milliseconds command_timeout{1000};  // a connection with a command without a reply for so long is closed
    std::size_t max_pending = 10'000;    // commands without a reply, per connection; the next one fails

    [[nodiscard]] bool is_cluster() const { return !seeds.empty(); }
    // The same for one node of the cluster.
    [[nodiscard]] ClientOptions for_node(const Address& node) const {
        ClientOptions options = *this;
        options.host = node.host;
        options.port = node.port;
        return options;
    }
};

}  // namespace mindspace::redis
