#include "honest_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <thread>
#include <vector>

namespace mindspace::integration {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kInterval = 20ms;
constexpr std::size_t kLeastReads = 100;
constexpr std::chrono::duration<double, std::milli> kUnnoticed{100};  // perceived as instantaneous

double in_mib(std::int64_t bytes) {
    return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace

Observation observe(Person& reader, const std::function<void()>& attack) {
    const auto& program = reader.client.program();
    Observation seen;
    seen.resident_bytes_before = program.resident_bytes();
    std::atomic<bool> is_over = false;
    std::jthread attacker([&] {
        attack();
        is_over = true;
    });
    std::vector<SteadyClock::duration> times;
    for (auto intended = SteadyClock::now(); !is_over || times.size() < kLeastReads; intended += kInterval) {
        std::this_thread::sleep_until(intended);
        if (reader.client.get(kMe).status != 200) ++seen.failed_reads;
        times.push_back(SteadyClock::now() - intended);
        seen.peak_resident_bytes = std::max(seen.peak_resident_bytes, program.resident_bytes());
    }
    seen.reads = times.size();
    const auto at = times.begin() + static_cast<std::ptrdiff_t>(times.size() * 99 / 100);
    std::ranges::nth_element(times, at);
    seen.p99 = *at;
    return seen;
}

Observation observe_quiet(Person& reader) {
    return observe(reader, [] {});
}

void expect_unharmed(std::string_view attack, std::string_view achieved, const Observation& quiet,
                     const Observation& during, std::int64_t most_memory) {
    const auto more_memory = during.peak_resident_bytes - during.resident_bytes_before;
    std::cout << fmt::format(
        "abuse: {}\n  the attacker: {}\n  the others: p99 {:.1f} ms quiet, {:.1f} ms during; {} of {} reads failed; "
        "memory +{:.1f} MiB\n",
        attack, achieved, quiet.p99.count(), during.p99.count(), during.failed_reads, during.reads,
        in_mib(more_memory));
    EXPECT_EQ(during.failed_reads, 0U);
    if (!is_shipped()) return;
    EXPECT_LE(during.p99, std::max(2 * quiet.p99, kUnnoticed));
    EXPECT_LE(more_memory, most_memory);
}

}  // namespace mindspace::integration
