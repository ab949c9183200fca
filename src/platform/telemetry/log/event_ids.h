#pragma once
// The ids of lines ("event.id"), different in all processes and for all time: a store of logs that receives a line
// twice keeps it once.

#include "platform/base/bytes.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <iterator>
#include <string>

namespace mindspace::log {

// One for each writer of lines; may be used on any thread.
class EventIds {
public:
    // "3f9c2a1b7d5e4f60-1a2b": a random prefix and a number.
    void append_next(std::string& out) {
        fmt::format_to(std::back_inserter(out), "{}{:x}", prefix_, next_.fetch_add(1, std::memory_order_relaxed));
    }

private:
    static std::string random_prefix() { return fmt::format("{:02x}-", fmt::join(random_bytes<8>(), "")); }

    const std::string prefix_ = random_prefix();
    std::atomic<std::uint64_t> next_{0};
};

}  // namespace mindspace::log
