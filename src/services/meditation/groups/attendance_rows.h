#pragma once
// How rows of group_attendance are read, for the statements that credit and export them.

namespace mindspace::meditation {

// GroupTimetable::kGrace, which stands behind each stretch.
#define GRACE "interval '10 seconds'"

// Immutable, unlike extract() of a timestamp: a cluster takes nothing else where a row is updated.
#define SECONDS_OF(TIME) "extract(epoch FROM (" TIME ") - to_timestamp(0))"

// What a node of the version before has written of a row, as stretches: of what it has closed only the length is known,
// which is put before the rest. Goes with the columns attended_ms and present_since.
#define TOLD_BY_THE_VERSION_BEFORE(ROW)                                                                            \
    "CASE WHEN " ROW ".present_since IS NULL AND " ROW                                                             \
    ".attended_ms = 0 THEN '{}' ELSE tstzmultirange(tstzrange(to_timestamp(" SECONDS_OF(                           \
        "coalesce(" ROW ".present_since, " ROW                                                                     \
        ".seen_at)") " - " ROW ".attended_ms / 1000.0), to_timestamp(" SECONDS_OF("greatest(" ROW ".seen_at, " ROW \
                                                                                  ".present_since)") " + 10))) END"

}  // namespace mindspace::meditation
