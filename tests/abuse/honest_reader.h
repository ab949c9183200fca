#pragma once
// What everyone else notices while one client attacks the program: a user who reads at a steady rate, and the memory of
// the program's processes. Attack tests (suites named Abuse…) print both and hold them against a quiet program.

#include "support/program/person.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

namespace mindspace::integration {

struct Observation {
    std::chrono::duration<double, std::milli> p99{};  // from the intended send time: a stall counts for all it delays
    std::size_t reads = 0;
    std::size_t failed_reads = 0;          // any other status than 200
    std::int64_t peak_resident_bytes = 0;  // of all processes of the program together
    std::int64_t resident_bytes_before = 0;
};

// Reads GET /users/me 50 times a second as `reader`, until `attack` returns and at least 100 reads are done.
// `attack` runs on a thread of its own, must be bounded, and must stop by itself.
Observation observe(Person& reader, const std::function<void()>& attack);
// The same with nothing going on.
Observation observe_quiet(Person& reader);

// Prints what the attacker achieved and what the reader noticed, and expects that no read failed, that the p99 is at
// most twice the quiet one (beyond 100 ms, which people do not notice; only the build that ships is held to it), and
// that the program's memory rose by no more than that (likewise).
inline constexpr std::int64_t kMostMemory = 64 << 20;
void expect_unharmed(std::string_view attack, std::string_view achieved, const Observation& quiet,
                     const Observation& during, std::int64_t most_memory = kMostMemory);

}  // namespace mindspace::integration
