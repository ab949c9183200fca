#pragma once
// What this process knows of the nodes of the other roles. One core checks them and writes; every core reads.

#include "platform/base/time.h"
#include "platform/http/client/origin.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::gateway {

// The better a node is, the smaller its state.
enum class NodeState : std::uint8_t {
    ready,
    alive,  // answers, but not that it is ready; or nobody has asked yet
    gone,
};

struct NodeStatus {
    explicit NodeStatus(http::Origin place) : origin(std::move(place)) {}
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
    Milliseconds timeout{20'000};         // of a request with all its attempts
    Milliseconds connect_timeout{500};    // for a connection, or for one to become free
    std::uint32_t max_connections = 256;  // to each node, of each core; WebSockets do not count
    Milliseconds max_queue_delay{100};  // before one becomes free; when it is longer for a while, requests are refused
    std::string_view scheme = "http";   // that clients speak: X-Forwarded-Proto
};

}  // namespace mindspace::gateway
