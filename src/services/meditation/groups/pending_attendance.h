#pragma once
// Attendance that a node has not written yet. Bounded by the people who were there, however long PostgreSQL is away:
// stretches of one member that touch, or are apart by less than the grace, are one, and of others the longest are kept.

#include "services/meditation/groups/timetable.h"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace mindspace::meditation {

class PendingAttendance {
public:
    // False: one of the member's stretches too many; the shortest is dropped.
    bool add_stretch(const Stretch& stretch);
    void add_left(const Presence& left);
    // False: too many arrivals wait to be told; the attendance is kept nevertheless.
    bool add_joined(const Presence& joined);
    // All of it, which is then pending no more.
    AttendanceRecord take();
    // What could not be written. How many stretches are dropped.
    std::size_t put_back(const AttendanceRecord& record);
    [[nodiscard]] bool is_empty() const { return stretches_.empty() && left_.empty() && joined_.empty(); }

    static constexpr std::size_t kMaxJoined = 10'000;
    static constexpr std::size_t kMaxStretches = 100;  // of one member

private:
    std::unordered_map<UserId, std::vector<Stretch>> stretches_;
    std::unordered_map<UserId, Timestamp> left_;  // the last time
    std::vector<Presence> joined_;
};

}  // namespace mindspace::meditation
