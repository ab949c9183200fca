#pragma once
// A real Nginx in front of nodes, as a deployment has one: requests and sockets go to the nodes in turn, and to the
// others when one is gone. Or one that passes octets on, with a PROXY header before them or not; it calls from an
// address of its own, so that a node can trust that one alone.

#include "support/program/process.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace mindspace::integration {

class Nginx {
public:
    enum class Passes { requests, octets, octets_behind_header };
    static constexpr const char* kAddress = "127.0.0.2";  // from which it passes octets on

    // Listens when this returns.
    explicit Nginx(const std::vector<std::uint16_t>& nodes, Passes what = Passes::requests);

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace mindspace::integration
