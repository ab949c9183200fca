#pragma once
// A real Nginx in front of nodes, as a deployment has one: requests and sockets go to the nodes in turn, and to the
// others when one is gone.

#include "process.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace mindspace::integration {

class Nginx {
public:
    // Listens when this returns.
    explicit Nginx(const std::vector<std::uint16_t>& nodes);

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace mindspace::integration
