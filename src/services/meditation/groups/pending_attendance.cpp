#include "services/meditation/groups/pending_attendance.h"

#include <algorithm>
#include <utility>

namespace mindspace::meditation {

namespace {

bool can_merge(const AttendanceInterval& a, const AttendanceInterval& b) {
    return a.since <= b.until + GroupTimetable::kGrace && b.since <= a.until + GroupTimetable::kGrace;
}

}  // namespace

bool PendingAttendance::add_interval(const AttendanceInterval& interval) {
    auto& known = intervals_[interval.user];
    auto merged = interval;
    std::erase_if(known, [&](const AttendanceInterval& other) {
        if (!can_merge(merged, other)) return false;
        merged.since = std::min(merged.since, other.since);
        merged.until = std::max(merged.until, other.until);
        return true;
    });
    known.push_back(merged);
    if (known.size() <= kMaxIntervals) return true;
    known.erase(
        std::ranges::min_element(known, {}, [](const AttendanceInterval& one) { return one.until - one.since; }));
    return false;
}

void PendingAttendance::add_left(const Presence& left) {
    auto& at = left_[left.user];
    at = std::max(at, left.at);
}

bool PendingAttendance::add_joined(const Presence& joined) {
    if (joined_.size() >= kMaxJoined) return false;
    joined_.push_back(joined);
    return true;
}

AttendanceRecord PendingAttendance::take() {
    AttendanceRecord record;
    for (const auto& [user, intervals] : std::exchange(intervals_, {}))
        record.intervals.insert(record.intervals.end(), intervals.begin(), intervals.end());
    for (const auto& [user, at] : std::exchange(left_, {})) record.left.push_back({user, at});
    record.joined = std::exchange(joined_, {});
    return record;
}

std::size_t PendingAttendance::restore(const AttendanceRecord& record) {
    std::size_t dropped = 0;
    for (const auto& interval : record.intervals)
        if (!add_interval(interval)) ++dropped;
    for (const auto& left : record.left) add_left(left);
    joined_.insert(joined_.begin(), record.joined.begin(), record.joined.end());
    return dropped;
}

}  // namespace mindspace::meditation
