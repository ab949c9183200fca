#pragma once
// A real Nginx in front of nodes, as in a deployment: it balances requests and sockets over the nodes and skips failed
// ones. Or a TCP proxy, with or without a PROXY header; it connects from a separate address, so that a node can trust
// only that one.

#include "support/program/process.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace mindspace::integration {

class Nginx {
public:
    enum class Mode { http, tcp, tcp_with_proxy_header };
    static constexpr const char* kAddress = "127.0.0.2";  // from which the TCP proxy connects

    // Returns once it listens.
    explicit Nginx(const std::vector<std::uint16_t>& nodes, Mode mode = Mode::http);

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    TemporaryDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace mindspace::integration
