#pragma once
// Whether and how the program backs up the PostgreSQL that it embeds.

#include "app/backup/repository/layout.h"

#include <optional>
#include <string>

namespace mindspace::app::backup {

struct Setup {
    Layout layout;
    std::string archive_command;  // for PostgreSQL
};

// Writes what the backups need. Nothing if PostgreSQL is not embedded, backups are off, or, with a warning, if
// pgBackRest is not installed. Throws StartupError if a setting is wrong.
std::optional<Setup> set_up(const Config& config);

}  // namespace mindspace::app::backup
