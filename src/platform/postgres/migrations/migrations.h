#pragma once
// Migrates a database's schema to the version that this program knows. Forward only; every migration is one
// transaction; applied migrations are recorded in schema_migrations with their checksum. Any number of nodes may start
// simultaneously: an advisory lock lets one work while the others wait and then find nothing to do.
//
// A program also runs on the schema of its successor, so that nodes can be replaced one by one. A migration must allow
// that: it adds (expand), the next version's program writes and reads the additions (migrate), and only the migration
// after that removes what is no longer used (contract).

#include "platform/async/awaitable.h"
#include "platform/postgres/connection/session.h"

#include <chrono>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::postgres {

class Client;

// Built into the binary; has static storage.
struct Migration {
    int version;  // ascending
    std::string_view name;
    std::string_view sql;  // a script; it must not end the transaction that it runs in
};

// Database and program are incompatible, and a later attempt will not change that.
class SchemaMismatch : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Applies the missing migrations and returns how many there were. Throws SchemaMismatch if the database is more than
// one migration ahead of the program or an applied migration has changed since, DatabaseError if a migration fails (it
// is rolled back, those before it stay), Unavailable if the session is lost. The session's query_timeout limits the
// wait and each script; a migration stops waiting for a table lock after 5 s.
Awaitable<int> migrate(Session& session, std::span<const Migration> migrations);

// The version of the database's schema; 0 if it has none.
Awaitable<int> schema_version(Client& database);

// What applying a migration would cost.
struct MigrationCost {
    const Migration* migration;
    std::chrono::milliseconds took;  // the migration holds its locks for about this long
    // Locks on existing tables that this migration is the first to take: "ShareLock on sessions (12 MB)".
    std::vector<std::string> locks;
};

// Applies the missing migrations in one transaction and rolls it back: the database stays unchanged. In the meantime it
// holds the same locks as a real migration, so each script is aborted after `limit` (Unavailable). Otherwise as
// migrate().
Awaitable<std::vector<MigrationCost>> dry_run_migrations(Session& session, std::span<const Migration> migrations,
                                                         std::chrono::milliseconds limit);

}  // namespace mindspace::postgres
