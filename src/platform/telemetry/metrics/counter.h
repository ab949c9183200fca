#pragma once
// Metrics that one thread at a time writes (their core, or the one that holds a lock) and any thread reads, without a
// lock: the members of stats structs.

#include <atomic>
#include <cstdint>

namespace mindspace::telemetry {

// add() is a load and a store, no locked instruction.
class Counter {
public:
    void add(std::uint64_t n) { value_.store(value() + n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// The same for a value that can also decrease.
class Gauge {
public:
    void add(std::int64_t n) { value_.store(value() + n, std::memory_order_relaxed); }
    void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

}  // namespace mindspace::telemetry
