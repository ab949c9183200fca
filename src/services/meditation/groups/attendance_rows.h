#pragma once
// How rows of group_attendance are read, for the statements that credit and export them.

#include "platform/postgres/values/sql.h"

namespace mindspace::meditation {

// GroupTimetable::kGrace, which follows each interval.
inline constexpr char kGraceInterval[] = "interval '10 seconds'";

// Immutable, unlike extract() of a timestamp: a cluster accepts nothing else in an UPDATE of a row.
template <class Piece>
consteval auto seconds_of(const Piece& time) {
    return postgres::sql("extract(epoch FROM ({}) - to_timestamp(0))", time);
}

// What a node of the previous version has written to a row, as intervals. Only the length of its closed intervals is
// known; that time is placed before the rest. To be removed with the columns attended_ms and present_since.
template <std::size_t N>
consteval auto attendance_of_previous_version(const char (&row)[N]) {
    const auto begun_at = postgres::sql("coalesce({}.present_since, {}.seen_at)", row, row);
    const auto seen_at = postgres::sql("greatest({}.seen_at, {}.present_since)", row, row);
    return postgres::sql(
        "CASE WHEN {}.present_since IS NULL AND {}.attended_ms = 0 THEN '{{}}' ELSE "
        "tstzmultirange(tstzrange(to_timestamp({} - {}.attended_ms / 1000.0), to_timestamp({} + 10))) END",
        row, row, seconds_of(begun_at), row, seconds_of(seen_at));
}

}  // namespace mindspace::meditation
