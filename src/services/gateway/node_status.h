#pragma once
// What this process knows of the nodes of the other roles. One core checks them and writes; all cores read.

#include "platform/base/time.h"
#include "platform/http/client/origin.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::gateway {

// A better node has a smaller state.
enum class NodeState : std::uint8_t {
    ready,
    alive,  // responds, but does not report that it is ready; or has not been checked yet
    unreachable,
};

struct NodeStatus {
    explicit NodeStatus(http::Origin address) : origin(std::move(address)) {}
    const http::Origin origin;
    std::atomic<NodeState> state{NodeState::alive};
};

// A role that runs in other processes.
struct UpstreamStatus {
    UpstreamStatus(std::string role, const std::vector<http::Origin>& origins)
        : name(std::move(role)), nodes(origins.begin(), origins.end()) {}
    const std::string name;
    std::deque<NodeStatus> nodes;  // at least one

    // "ok", "degraded" (some nodes are not ready) or "failing" (none is), for /readyz.
    [[nodiscard]] std::string_view summary() const;
};

struct UpstreamOptions {
    Milliseconds timeout{20'000};         // for a request with all its attempts
    Milliseconds connect_timeout{500};    // to connect, or to wait for a free connection
    std::uint32_t max_connections = 256;  // per node and core; WebSockets do not count
    Milliseconds max_queue_delay{100};    // for a free connection; while the delay stays above it, requests are refused
    std::string_view scheme = "http";     // of the clients: X-Forwarded-Proto
};

}  // namespace mindspace::gateway
