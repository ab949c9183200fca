#pragma once
// Brings a database's schema to the version that this program knows. Forward only; every migration is one transaction;
// what was applied is recorded in schema_migrations with its checksum. Any number of nodes may start at once: an
// advisory lock lets one work while the others wait and then find nothing to do.
//
// A program also runs on the schema of its successor, so that nodes can be replaced one by one. A migration must leave
// that possible: it adds (expand), the next version's program writes and reads what is new (migrate), and only the
// migration after that takes away what is no longer used (contract).

#include "platform/async/awaitable.h"
#include "platform/postgres/connection/session.h"

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::postgres {

// Built into the binary; has static storage.
struct Migration {
    int version;  // ascending
    std::string_view name;
    std::string_view sql;  // a script; it must not end the transaction that it runs in
};

// Database and program do not fit together, and no attempt later will change that.
class SchemaMismatch : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Applies what is missing and returns how many migrations that were. Throws SchemaMismatch when the database is more
// than one migration ahead of the program or an applied migration has changed since, DatabaseError when a migration
// fails (it is then undone, those before it stay), Unavailable when the session is lost. Waiting and each script are
// bounded by the session's query_timeout; a migration gives up a table lock that it cannot have within 5 s.
Awaitable<int> migrate(Session& session, std::span<const Migration> migrations);

// What applying a migration would take.
struct MigrationCost {
    const Migration* migration;
    std::chrono::milliseconds took;  // for as long as it holds its locks, and about so long
    // Locks on tables that were there before and that this migration is the first to take: "ShareLock on sessions
    // (12 MB)".
    std::vector<std::string> locks;
};

// Applies what is missing in one transaction and undoes it: the database is as before. For the time it takes the locks
// are held as they would be, so each script is given up after `limit` (Unavailable). Otherwise as migrate().
Awaitable<std::vector<MigrationCost>> rehearse_migrations(Session& session, std::span<const Migration> migrations,
                                                          std::chrono::milliseconds limit);

}  // namespace mindspace::postgres
