#pragma once
// Makes a backup: of the embedded PostgreSQL with what belongs to it (contents.h), or of the one that the operator's
// configuration of pgBackRest describes. Blocking; main thread only.

#include "app/backup/repository/pgbackrest.h"

namespace mindspace::app::backup {

// An incremental backup becomes a full one if there is none to build on, or if the write-ahead log since then has a
// gap. Returns what the repository has now. Throws StartupError.
Repository create(const Config& config, Kind kind);

}  // namespace mindspace::app::backup
