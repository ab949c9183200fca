#pragma once
// What a client counts about itself. Written by the core that owns the client, read by whoever collects metrics.

#include <atomic>
#include <cstdint>

namespace mindspace::redis {

// A number with one writing thread, so changing it takes no locked instruction; any thread may read.
class Counter {
public:
    void increment() { set(read() + 1); }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

struct ClientStats {
    Counter commands;    // sent, those of the client itself (HELLO, PING) included
    Counter errors;      // error replies
    Counter timeouts;    // connections given up because a command went unanswered
    Counter reconnects;  // connections made after the first
    Counter pending;     // commands without a reply, now
};

}  // namespace mindspace::redis
