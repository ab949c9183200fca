#include "platform/telemetry/metrics/exemplar.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace mindspace::telemetry {

namespace {

constexpr std::size_t kHalf = 16;  // digits of a trace id in each of its numbers

bool parse_hex(std::string_view text, std::uint64_t& number) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return failure == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string Exemplar::trace_id() const {
    return fmt::format("{:016x}{:016x}", trace[0], trace[1]);
}

std::optional<Exemplar> later_of(const std::optional<Exemplar>& a, const std::optional<Exemplar>& b) {
    if (!a || !b) return a ? a : b;
    return a->at < b->at ? b : a;
}

void ExemplarSlot::store(std::string_view trace_id, std::chrono::nanoseconds took) {
    std::array<std::uint64_t, 2> trace{};
    if (trace_id.size() != 2 * kHalf || !parse_hex(trace_id.substr(0, kHalf), trace[0]) ||
        !parse_hex(trace_id.substr(kHalf), trace[1]))
        return;
    const auto sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    // A reader that sees one of these stores also sees the odd number before them.
    trace_[0].store(trace[0], std::memory_order_release);
    trace_[1].store(trace[1], std::memory_order_release);
    nanoseconds_.store(took.count(), std::memory_order_release);
    at_.store(SystemClock().now().time_since_epoch().count(), std::memory_order_release);
    sequence_.store(sequence + 2, std::memory_order_release);
}

std::optional<Exemplar> ExemplarSlot::load() const {
    const auto sequence = sequence_.load(std::memory_order_acquire);
    if (sequence == 0 || sequence % 2 == 1) return std::nullopt;
    Exemplar exemplar;
    exemplar.trace = {trace_[0].load(std::memory_order_acquire), trace_[1].load(std::memory_order_acquire)};
    exemplar.took = std::chrono::nanoseconds(nanoseconds_.load(std::memory_order_acquire));
    exemplar.at = Timestamp(Milliseconds(at_.load(std::memory_order_acquire)));
    if (sequence_.load(std::memory_order_relaxed) != sequence) return std::nullopt;
    return exemplar;
}

}  // namespace mindspace::telemetry
