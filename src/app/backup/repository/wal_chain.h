#pragma once
// The write-ahead log in a repository must have no gap from a backup on: recovery ends at the first missing segment,
// without an error, as if the log ended there. Pure functions on names of segments (PostgreSQL, section 30.6): 8 hex
// digits of the timeline, 8 of the log file, 8 of the segment in it; of 16 MiB each, the size that initdb chooses.

#include <string>
#include <vector>

namespace mindspace::app::backup {

// The missing segments, at most ten of them, between `start`, the first segment that a backup needs, and the last one
// of each timeline from there, including those between two timelines. `names` are those in the repository, in any
// order; what is not a segment is ignored.
std::vector<std::string> missing_segments(const std::vector<std::string>& names, const std::string& start);

}  // namespace mindspace::app::backup
