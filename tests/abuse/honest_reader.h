#pragma once
// Measures the effect on others while one client attacks the program: a user who reads at a steady rate, and the memory
// of the program's processes. Attack tests (suites named Abuse…) print both and compare them with an idle program.

#include "support/program/person.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

namespace mindspace::integration {

struct Observation {
    std::chrono::duration<double, std::milli> p99{};  // from the intended send time: a stall counts for all it delays
    std::size_t reads = 0;
    std::size_t failed_reads = 0;          // any status other than 200
    std::int64_t peak_resident_bytes = 0;  // of all processes of the program together
    std::int64_t resident_bytes_before = 0;
};

// Reads GET /users/me 50 times a second as `reader`, until `attack` returns and at least 100 reads are done.
// `attack` runs on a separate thread, must be bounded, and must stop on its own.
Observation observe(Person& reader, const std::function<void()>& attack);
// The same without an attack.
Observation observe_quiet(Person& reader);

// Prints what the attacker achieved and what the reader noticed. Expects that no read failed, that the p99 is below 100
// ms, which people do not notice, or at most twice the idle one, and that the program's memory grew by no more than
// `most_memory`; only the release build must meet the last two.
inline constexpr std::int64_t kMostMemory = 64 << 20;
void expect_unharmed(std::string_view attack, std::string_view achieved, const Observation& quiet,
                     const Observation& during, std::int64_t most_memory = kMostMemory);

}  // namespace mindspace::integration
