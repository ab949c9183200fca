#pragma once
// Restores the database to a point in time: into a new directory first, where it is recovered, prepared and checked;
// only then does it take the place of the old one, which is kept beside it. Needs nothing but the repository and the
// settings of the backups. Blocking; main thread only; the program must not run on the data directory.
//
// Prepared means: nothing that was issued until now is accepted (auth::invalidate_all, and the signing key is removed,
// so that the program creates another), statistics are computed again from the history, wherever their consumer had
// got to, and Redis starts empty, so that each room begins a new epoch.

#include "app/backup/repository/pgbackrest.h"
#include "app/embedded/embedded_server.h"
#include "services/auth/recovery.h"

#include <filesystem>
#include <optional>
#include <string>

namespace mindspace::app::backup {

enum class Gaps { refuse, accept };  // of the write-ahead log: what was changed after one is lost

struct RestoreRequest {
    Target target;
    Gaps gaps = Gaps::refuse;
    std::filesystem::path into{};  // leaves the result there, and changes nothing else; empty: swaps
};

struct Restored {
    std::filesystem::path cluster;
    std::filesystem::path previous{};  // where the old cluster is now; empty if there was none
    std::string last_change;           // when the last restored transaction was committed, as PostgreSQL writes it
    auth::Invalidated invalidated;
    std::int64_t wrong_facts = 0;     // of the statistics, corrected
    std::int64_t compared_users = 0;  // whose statistics agree with the history
};

// Throws StartupError or std::system_error. Then everything is as it was before, unless the swap itself failed
// (swap.h).
Restored restore(const Config& config, const RestoreRequest& request, const Progress& progress);

}  // namespace mindspace::app::backup
