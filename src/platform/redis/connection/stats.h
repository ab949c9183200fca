#pragma once
// What a client counts about itself. Written by the core that owns the client, read by whoever collects metrics.

#include <atomic>
#include <cstdint>

namespace mindspace::redis {

// A number with one writing thread, so changing it takes no locked instruction; any thread may read.
class Counter {
public:
    void increment() { add(1); }
    void add(std::uint64_t count) { value_.store(read() + count, std::memory_order_relaxed); }
    void subtract(std::uint64_t count) { value_.store(read() - count, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// Of all connections of one client.
struct ClientStats {
    Counter commands;      // sent, those of the client itself (HELLO, PING) included
    Counter errors;        // error replies, redirections included
    Counter refused;       // of these, because the server has no memory left
    Counter timeouts;      // connections given up because a command went unanswered
    Counter reconnects;    // connections made again after a loss
    Counter redirections;  // commands that a node of a cluster sent to another
    Counter pending;       // commands without a reply, now
};

}  // namespace mindspace::redis
