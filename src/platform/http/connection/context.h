#pragma once
// What the connections of one server share. Belongs to the server, which outlives them.

#include "platform/async/task_group.h"
#include "platform/http/api/router.h"
#include "platform/http/middleware/middleware.h"
#include "platform/http/server/client_networks.h"
#include "platform/http/server/registry.h"
#include "platform/http/server/server_options.h"
#include "platform/http/websocket/hub.h"

#include <chrono>

namespace mindspace::http {

class Connection;

struct ConnectionContext {
    asio::io_context& loop;
    const ServerOptions& options;
    const MiddlewareParts& parts;  // overload control and gateway keys are needed before a request is read
    const Router& router;
    Middleware& middleware;
    CoreMetrics& metrics;
    ClientNetworks& networks;
    TaskGroup& tasks;
    Registry<Connection>& connections;
    WebSocketHub& websockets;
    bool is_draining = false;
    std::chrono::steady_clock::time_point idle_end{};  // of idle connections, once the server drains

    // The number of connections of all kinds.
    [[nodiscard]] std::size_t open() const { return connections.size() + websockets.size(); }
};

}  // namespace mindspace::http
