#pragma once
// The nodes of one role as one core sees them: its connections to them, its experience with them, and the choice among
// them. Belongs to the core's loop.

#include "platform/http/access/gateway_keys.h"
#include "platform/http/client/pool.h"
#include "platform/http/overload/queue_gate.h"
#include "platform/telemetry/metrics/page.h"
#include "services/gateway/ejection.h"
#include "services/gateway/node_status.h"
#include "services/gateway/retry_budget.h"

#include <array>
#include <deque>
#include <vector>

namespace mindspace::gateway {

class Upstream {
public:
    using Clock = std::chrono::steady_clock;

    struct Node {
        Node(asio::io_context& loop, const NodeStatus& node, const UpstreamOptions& options);
        const NodeStatus& status;
        http::ClientPool pool;
        Ejection ejection;
        telemetry::Counter ejections;
        std::size_t in_flight = 0;
    };

    // `status` and `keys` must outlive it.
    Upstream(asio::io_context& loop, const UpstreamStatus& status, const http::GatewayKeys& keys,
             UpstreamOptions options);

    void start();
    void stop();

    // The least busy of the best nodes: ready before merely alive, and not ejected before ejected. Nodes in `tried`
    // come last. Null if all are unreachable.
    Node* choose(const std::vector<const Node*>& tried);

    // False: all connections have been in use for so long that the request must be refused.
    bool admits(http::Priority priority);

    // The outcome of an attempt. A full pool says nothing about the node.
    void succeeded(Node& node, Clock::duration took);
    void failed(Node& node, http::ClientFault fault);

    [[nodiscard]] const UpstreamOptions& options() const { return options_; }
    [[nodiscard]] const http::GatewayKeys& keys() const { return keys_; }
    RetryBudget budget;
    telemetry::Counter retries;

private:
    friend void collect(const std::vector<const Upstream*>& cores, telemetry::Page& page);

    const UpstreamStatus& status_;
    const http::GatewayKeys& keys_;
    UpstreamOptions options_;
    std::deque<Node> nodes_;
    std::size_t next_ = 0;  // the first to be examined: equal nodes are chosen round robin
    http::QueueGate gate_;
    telemetry::Counter completed_;
    telemetry::Counter refused_;
    std::array<telemetry::Counter, names_of(http::ClientFault{}).size()> faults_;
    telemetry::Histogram duration_;  // of attempts with a response, until the response head
};

// Adds the metrics of one upstream on all cores to the page. At least one.
void collect(const std::vector<const Upstream*>& cores, telemetry::Page& page);

}  // namespace mindspace::gateway
