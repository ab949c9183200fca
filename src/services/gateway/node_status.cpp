#include "services/gateway/node_status.h"

#include <algorithm>

namespace mindspace::gateway {

std::string_view UpstreamStatus::summary() const {
    const auto ready =
        std::ranges::count_if(nodes, [](const NodeStatus& node) { return node.state == NodeState::ready; });
    if (ready == 0) return "failing";
    return ready == std::ssize(nodes) ? "ok" : "degraded";
}

}  // namespace mindspace::gateway
