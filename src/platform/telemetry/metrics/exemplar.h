#pragma once
// An exemplar leads from a metric to a trace: one request of a histogram's bucket, with its trace id.

#include "platform/base/time.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::telemetry {

struct Exemplar {
    std::array<std::uint64_t, 2> trace{};
    std::chrono::nanoseconds took{};
    Timestamp at{};

    // 32 hexadecimal digits.
    [[nodiscard]] std::string trace_id() const;
};

// The more recent one.
std::optional<Exemplar> later_of(const std::optional<Exemplar>& a, const std::optional<Exemplar>& b);

// Written by its core only, read by any thread, without a lock: a sequence number that is odd during a write shows the
// reader whether all parts are of the same write.
class ExemplarSlot {
public:
    // Does nothing unless `trace_id` is 32 hexadecimal digits.
    void store(std::string_view trace_id, std::chrono::nanoseconds took);
    // Nothing (nullopt) before the first write, and while one is in progress.
    [[nodiscard]] std::optional<Exemplar> load() const;

private:
    std::atomic<std::uint32_t> sequence_{0};
    std::array<std::atomic<std::uint64_t>, 2> trace_{};
    std::atomic<std::int64_t> nanoseconds_{0};
    std::atomic<std::int64_t> at_{0};
};

}  // namespace mindspace::telemetry
