#include "platform/events/broker/kafka/stall_watch.h"

#include <algorithm>

namespace mindspace::events::kafka {

namespace {

constexpr std::chrono::seconds kMaxStep{1};
constexpr int kChecksPerTimeout = 6;

std::string seconds_text(Milliseconds time) {
    return std::to_string(std::chrono::ceil<Seconds>(time).count()) + " s";
}

}  // namespace

StallWatch::StallWatch(Milliseconds timeout, TimePoint now) : timeout_(timeout), advanced_at_(now) {}

void StallWatch::assigned(std::span<const std::int32_t> partitions) {
    is_member_ = true;
    since_idle_check_ = {};
    partitions_.clear();
    for (const auto partition : partitions) partitions_.try_emplace(partition);
}

void StallWatch::revoked() {
    is_member_ = false;
    outside_group_ = {};
    partitions_.clear();
}

void StallWatch::read(std::int32_t partition, std::int64_t next) {
    // Not found: received before the partition was revoked.
    if (const auto found = partitions_.find(partition); found != partitions_.end()) found->second = {.next = next};
}

void StallWatch::ends_at(std::int32_t partition, std::int64_t end) {
    const auto found = partitions_.find(partition);
    if (found == partitions_.end() || !found->second.next || *found->second.next < end) return;
    found->second.without_progress = {};
}

void StallWatch::advance(TimePoint now) {
    const auto step = std::min<Duration>(now - advanced_at_, kMaxStep);
    advanced_at_ = now;
    since_idle_check_ += step;
    if (!is_member_) outside_group_ += step;
    for (auto& [number, partition] : partitions_) partition.without_progress += step;
}

std::vector<std::int32_t> StallWatch::take_idle() {
    const auto interval = timeout_ / kChecksPerTimeout;
    std::vector<std::int32_t> idle;
    if (since_idle_check_ < interval) return idle;
    since_idle_check_ = {};
    for (const auto& [number, partition] : partitions_)
        if (partition.next && partition.without_progress >= interval) idle.push_back(number);
    return idle;
}

std::optional<std::string> StallWatch::find_stall() const {
    if (!is_member_ && outside_group_ >= timeout_) return "not a member of its group for " + seconds_text(timeout_);
    for (const auto& [number, partition] : partitions_)
        if (partition.without_progress >= timeout_)
            return "nothing read from partition " + std::to_string(number) + " for " + seconds_text(timeout_);
    return std::nullopt;
}

}  // namespace mindspace::events::kafka
