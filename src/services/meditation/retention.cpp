#include "services/meditation/retention.h"

namespace mindspace::meditation {

using postgres::Statement;
using std::chrono::days;

retention::Rules retention_rules() {
    // Attendance first, by its own age: a group lasts at most a day. Attendance of a group that no longer exists is
    // removed, too.
    static constexpr Statement kAttendance{"meditation_remove_attendance", R"(
        DELETE FROM group_attendance WHERE (user_id, group_id) IN (
            SELECT user_id, group_id FROM group_attendance WHERE seen_at < $1 LIMIT $2))"};
    static constexpr Statement kGroups{"meditation_remove_groups", R"(
        DELETE FROM groups WHERE group_id IN (
            SELECT group_id FROM groups WHERE state IN ('ended', 'cancelled') AND ended_at < $1
            ORDER BY ended_at LIMIT $2))"};
    return {retention::rows("group_attendance", kAttendance, days(30)), retention::rows("groups", kGroups, days(90))};
}

}  // namespace mindspace::meditation
