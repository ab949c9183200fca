#pragma once
// Attendance that a node has not written yet. Its size is limited by the number of people who attended, however long
// PostgreSQL is unavailable: intervals of one member that touch, or are separated by less than the grace, are merged,
// and of the others the longest are kept.

#include "services/meditation/groups/timetable.h"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace mindspace::meditation {

class PendingAttendance {
public:
    // False: the member had one interval too many; the shortest is dropped.
    bool add_interval(const AttendanceInterval& interval);
    void add_left(const Presence& left);
    // False: too many arrivals are waiting to be published; the attendance is kept nevertheless.
    bool add_joined(const Presence& joined);
    // Returns all of it and leaves nothing pending.
    AttendanceRecord take();
    // Puts back what could not be written. Returns how many intervals were dropped.
    std::size_t restore(const AttendanceRecord& record);
    [[nodiscard]] bool is_empty() const { return intervals_.empty() && left_.empty() && joined_.empty(); }

    static constexpr std::size_t kMaxJoined = 10'000;
    static constexpr std::size_t kMaxIntervals = 100;  // per member

private:
    std::unordered_map<UserId, std::vector<AttendanceInterval>> intervals_;
    std::unordered_map<UserId, Timestamp> left_;  // the latest time
    std::vector<Presence> joined_;
};

}  // namespace mindspace::meditation
