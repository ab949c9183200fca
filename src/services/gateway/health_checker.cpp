#include "services/gateway/health_checker.h"

#include "platform/async/sleep.h"
#include "platform/telemetry/log/log.h"

#include <utility>

namespace mindspace::gateway {

namespace {

constexpr auto kInterval = std::chrono::seconds(1);
constexpr auto kIntervalWhileUnavailable = std::chrono::milliseconds(200);
constexpr auto kResponseTimeout = std::chrono::seconds(1);
constexpr int kMaxTimeouts = 2;  // a single one may be a moment of load

std::string_view name_of(NodeState state) {
    switch (state) {
        case NodeState::ready:
            return "ready";
        case NodeState::alive:
            return "not ready";
        case NodeState::unreachable:
            break;
    }
    return "unreachable";
}

}  // namespace

HealthChecker::CheckedNode::CheckedNode(asio::io_context& loop, NodeStatus& status)
    : node(status), pool(loop, {.origin = status.origin, .max_connections = 1}) {}

HealthChecker::HealthChecker(asio::io_context& loop, UpstreamStatus& status) : status_(status), tasks_(loop) {
    for (auto& node : status.nodes) checked_nodes_.emplace_back(loop, node);
}

void HealthChecker::start() {
    for (auto& checked : checked_nodes_) {
        checked.pool.start();
        tasks_.spawn(watch(checked));
    }
}

void HealthChecker::stop() {
    tasks_.cancel();
    for (auto& checked : checked_nodes_) checked.pool.stop();
}

Awaitable<> HealthChecker::watch(CheckedNode& checked) {
    while (!tasks_.is_cancelled()) {
        const auto state = co_await check(checked);
        if (tasks_.is_cancelled()) break;
        const auto before = checked.node.state.exchange(state);
        if (before != state)
            log::info("a node is " + std::string(name_of(state)),
                      {{"mindspace.role", status_.name}, {"mindspace.node", checked.node.origin.to_string()}});
        co_await sleep_for(state == NodeState::ready ? kInterval : kIntervalWhileUnavailable);
    }
}

Awaitable<NodeState> HealthChecker::check(CheckedNode& checked) {
    const auto deadline = http::ClientPool::Clock::now() + kResponseTimeout;
    auto lease = co_await checked.pool.acquire(deadline);
    std::optional<http::ClientFault> fault;
    if (!lease) {
        fault = lease.error();
    } else {
        auto& connection = *lease;
        const std::string request = "GET /readyz HTTP/1.1\r\nHost: " + checked.node.origin.to_string() + "\r\n\r\n";
        fault = co_await connection->send(http::Method::get, request, {});
        if (!fault) fault = co_await connection->read_head();
        const int status = fault ? 0 : connection->head().status;
        while (!fault && !connection->is_complete()) {
            connection->drop_content();
            fault = co_await connection->read_content();
        }
        if (!fault) {
            checked.timeouts = 0;
            co_return status == 200 ? NodeState::ready : NodeState::alive;
        }
    }
    if (fault != http::ClientFault::timed_out) co_return NodeState::unreachable;
    co_return ++checked.timeouts < kMaxTimeouts ? checked.node.state.load() : NodeState::unreachable;
}

}  // namespace mindspace::gateway
