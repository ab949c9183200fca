#pragma once
// How a Client is set up, and what it counts.

#include "platform/postgres/connection/link.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace mindspace::postgres {

struct ClientOptions {
    std::string conninfo;  // libpq's connection string or URI
    Pooling pooling = Pooling::none;
    int connections = 4;
    Milliseconds connect_timeout{2000};
    Milliseconds query_timeout{5000};  // for its turn, and then for each statement; the server ends one that is late
    std::size_t max_pending = 4096;    // unanswered requests a connection; above: Unavailable
};

// Written by the client's loop, read by any thread.
struct ClientStats {
    std::atomic<std::uint64_t> queries{0};     // requests answered or failed
    std::atomic<std::uint64_t> errors{0};      // of these: failed
    std::atomic<std::uint64_t> timeouts{0};    // connections given up because the server was late
    std::atomic<std::uint64_t> reconnects{0};  // connections made again after a loss
    std::atomic<std::int64_t> in_flight{0};    // requests not yet answered
    std::atomic<std::int64_t> connections_up{0};
};

}  // namespace mindspace::postgres
