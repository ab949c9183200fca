#pragma once
// What the repository has, as pgBackRest's command info describes it.

#include "platform/base/time.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::app::backup {

enum class Kind { full, incremental };

// One backup in the repository.
struct Backup {
    std::string label;
    Kind kind = Kind::full;
    Timestamp ended_at{};
    std::int64_t database_bytes = 0;
    std::int64_t stored_bytes = 0;  // that this backup added to the repository
    std::string first_segment;      // of the write-ahead log that a restore needs
    bool has_errors = false;        // pages with an invalid checksum were copied
};

struct Repository {
    std::vector<Backup> backups;  // oldest first
    std::string archive;          // the name of the folder of the write-ahead log
    bool has_stanza = false;      // it has the folders of this database, perhaps without a backup
};

// Of the JSON that info prints. Throws StartupError (EX_UNAVAILABLE) if it says that the repository could not be read,
// which is no failure of the command itself; std::exception if it is not what info prints.
Repository read_repository(const std::string& text);

}  // namespace mindspace::app::backup
