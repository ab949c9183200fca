#pragma once
// Checks every second whether each node of a role is ready (GET /readyz), and more often while it is not. One per
// process, on its first core's loop.

#include "platform/async/task_group.h"
#include "platform/http/client/pool.h"
#include "services/gateway/node_status.h"

#include <deque>

namespace mindspace::gateway {

class HealthChecker {
public:
    // `status` must outlive the checker.
    HealthChecker(asio::io_context& loop, UpstreamStatus& status);

    void start();
    void stop();

private:
    struct CheckedNode {
        CheckedNode(asio::io_context& loop, NodeStatus& node);
        NodeStatus& node;
        http::ClientPool pool;  // a separate pool: a node whose connections are all in use is not unhealthy
        int timeouts = 0;       // consecutive checks without a response in time
    };

    Awaitable<> watch(CheckedNode& checked);
    static Awaitable<NodeState> check(CheckedNode& checked);

    const UpstreamStatus& status_;
    std::deque<CheckedNode> checked_nodes_;
    TaskGroup tasks_;
};

}  // namespace mindspace::gateway
