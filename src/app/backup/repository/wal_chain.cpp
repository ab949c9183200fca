#include "app/backup/repository/wal_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace mindspace::app::backup {

namespace {

constexpr std::size_t kNameLength = 24;
constexpr std::uint64_t kSegmentsPerFile = 256;  // 4 GiB of log in segments of 16 MiB
constexpr std::size_t kMaxMissing = 10;

struct Segment {
    std::uint64_t timeline;
    std::uint64_t number;  // from the beginning of the log
};

std::optional<std::uint64_t> hex(std::string_view digits) {
    std::uint64_t value = 0;
    const auto* const last = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), last, value, 16);
    return error == std::errc{} && rest == last ? std::optional(value) : std::nullopt;
}

// In the repository a segment's name is followed by its checksum and the suffix of its compression.
std::optional<Segment> parse(std::string_view name) {
    if (name.size() < kNameLength || (name.size() > kNameLength && name[kNameLength] != '-')) return std::nullopt;
    const auto timeline = hex(name.substr(0, 8));
    const auto file = hex(name.substr(8, 8));
    const auto segment = hex(name.substr(16, 8));
    if (!timeline || !file || !segment || *segment >= kSegmentsPerFile) return std::nullopt;
    return Segment{.timeline = *timeline, .number = *file * kSegmentsPerFile + *segment};
}

std::string name_of(const Segment& segment) {
    return fmt::format("{:08X}{:08X}{:08X}", segment.timeline, segment.number / kSegmentsPerFile,
                       segment.number % kSegmentsPerFile);
}

}  // namespace

std::vector<std::string> missing_segments(const std::vector<std::string>& names, const std::string& start) {
    const auto first = parse(start);
    if (!first) return {start};
    std::map<std::uint64_t, std::set<std::uint64_t>> timelines;
    for (const auto& name : names) {
        const auto segment = parse(name);
        if (segment && segment->timeline >= first->timeline && segment->number >= first->number)
            timelines[segment->timeline].insert(segment->number);
    }
    std::vector<std::string> missing;
    if (!timelines[first->timeline].contains(first->number)) missing.push_back(start);
    auto end = Segment{.timeline = first->timeline, .number = first->number + 1};  // of the log so far
    for (const auto& [timeline, numbers] : timelines) {
        if (numbers.empty()) continue;
        // A timeline begins in a segment of an earlier one, or in the next one.
        const auto begin = *numbers.begin();
        for (auto next = std::min(begin, end.number); next <= *numbers.rbegin() && missing.size() < kMaxMissing; ++next)
            if (!numbers.contains(next))
                missing.push_back(name_of({.timeline = next < begin ? end.timeline : timeline, .number = next}));
        end = {.timeline = timeline, .number = std::max(end.number, *numbers.rbegin() + 1)};
    }
    return missing;
}

}  // namespace mindspace::app::backup
