#include "services/gateway/upstream.h"

#include "platform/telemetry/log/log.h"

#include <algorithm>
#include <tuple>

namespace mindspace::gateway {

Upstream::Node::Node(asio::io_context& loop, const NodeStatus& node, const UpstreamOptions& options)
    : status(node),
      pool(loop, {.origin = node.origin,
                  .connect_timeout = options.connect_timeout,
                  .max_connections = options.max_connections}) {}

Upstream::Upstream(asio::io_context& loop, const UpstreamStatus& status, const http::GatewayKeys& keys,
                   UpstreamOptions options)
    : status_(status), keys_(keys), options_(options), gate_(options.max_queue_delay) {
    for (const auto& node : status.nodes) nodes_.emplace_back(loop, node, options_);
}

void Upstream::start() {
    for (auto& node : nodes_) node.pool.start();
}

void Upstream::stop() {
    for (auto& node : nodes_) node.pool.stop();
}

Upstream::Node* Upstream::choose(const std::vector<const Node*>& tried) {
    const auto now = Clock::now();
    const auto rank = [&](const Node& node) {
        return std::tuple(std::ranges::find(tried, &node) != tried.end(), node.status.state.load(),
                          node.ejection.is_ejected(now), node.in_flight);
    };
    next_ = (next_ + 1) % nodes_.size();
    Node* best = nullptr;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        auto& node = nodes_[(next_ + i) % nodes_.size()];
        if (node.status.state == NodeState::unreachable) continue;
        if (best == nullptr || rank(node) < rank(*best)) best = &node;
    }
    return best;
}

bool Upstream::admits(http::Priority priority) {
    const auto now = Clock::now();
    auto delay = Clock::duration::max();
    for (const auto& node : nodes_)
        if (node.status.state != NodeState::unreachable) delay = std::min(delay, node.pool.delay(now));
    if (delay == Clock::duration::max()) return true;  // all nodes are unreachable, which is reported elsewhere
    if (gate_.admits(priority, delay, now)) return true;
    refused_.add(1);
    return false;
}

void Upstream::succeeded(Node& node, Clock::duration took) {
    node.ejection.succeed();
    completed_.add(1);
    duration_.observe(took);
}

void Upstream::failed(Node& node, http::ClientFault fault) {
    faults_[static_cast<std::size_t>(fault)].add(1);
    if (fault == http::ClientFault::busy || fault == http::ClientFault::unsent) return;
    if (!node.ejection.fail(Clock::now())) return;
    node.ejections.add(1);
    log::warn("node ejected after failures",
              {{"mindspace.role", status_.name}, {"mindspace.node", node.status.origin.to_string()}});
}

void collect(const std::vector<const Upstream*>& cores, telemetry::Page& page) {
    const auto& first = *cores.front();
    const std::string& name = first.status_.name;
    const auto add = [&](const std::string& outcome, auto metric) {
        std::uint64_t total = 0;
        for (const auto* core : cores) total += metric(*core).value();
        page.counter("mindspace_upstream_requests", "Requests sent to other roles, retries included.", total,
                     {{"upstream", name}, {"outcome", outcome}});
    };
    add("answered", [](const Upstream& core) -> auto& { return core.completed_; });
    for (std::size_t i = 0; i < first.faults_.size(); ++i)
        add(std::string(names_of(http::ClientFault{})[i]),
            [i](const Upstream& core) -> auto& { return core.faults_[i]; });

    telemetry::HistogramSum duration;
    std::uint64_t retries = 0;
    std::uint64_t refused = 0;
    for (const auto* core : cores) {
        duration += core->duration_;
        retries += core->retries.value();
        refused += core->refused_.value();
    }
    page.histogram("mindspace_upstream_duration_seconds", "Time until the response head of another role.", duration,
                   {{"upstream", name}});
    page.counter("mindspace_upstream_retries", "Retries of requests to other roles.", retries, {{"upstream", name}});
    page.counter("mindspace_upstream_refused", "Requests refused because too many waited for a connection to a role.",
                 refused, {{"upstream", name}});
    for (std::size_t i = 0; i < first.nodes_.size(); ++i) {
        std::int64_t connections = 0;
        std::int64_t waiting = 0;
        std::uint64_t ejections = 0;
        for (const auto* core : cores) {
            connections += core->nodes_[i].pool.connections();
            waiting += core->nodes_[i].pool.waiting();
            ejections += core->nodes_[i].ejections.value();
        }
        const auto& node = first.nodes_[i].status;
        const telemetry::Labels labels{{"upstream", name}, {"node", node.origin.to_string()}};
        page.gauge("mindspace_upstream_connections", "Connections to a node, WebSockets not counted.", connections,
                   labels);
        page.gauge("mindspace_upstream_waiting", "Requests that wait for a connection to a node.", waiting, labels);
        page.counter("mindspace_upstream_ejections", "Ejections of a node after consecutive failures.", ejections,
                     labels);
        page.gauge("mindspace_upstream_ready", "1 when the node reports that it is ready.",
                   node.state == NodeState::ready ? 1 : 0, labels);
    }
}

}  // namespace mindspace::gateway
