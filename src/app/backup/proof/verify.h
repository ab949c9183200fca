#pragma once
// Proves the newest backup: reads every file of the repository, looks for gaps in the write-ahead log, restores into a
// scratch cluster up to a restore point of now, and compares every table with the running database; then the statistics
// with the history. Blocking; main thread only.

#include "app/settings/settings.h"

#include <cstddef>
#include <string>
#include <vector>

namespace mindspace::app::backup {

struct Proof {
    std::string backup{};  // the label of the newest one
    std::size_t tables = 0;
    std::int64_t users = 0;              // whose statistics were compared
    std::vector<std::string> missing{};  // segments of the write-ahead log between older backups
};

// Throws StartupError with everything that was found: EX_DATAERR if a restore would lose data.
Proof verify(const Config& config);

}  // namespace mindspace::app::backup
