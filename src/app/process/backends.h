#pragma once
// PostgreSQL and Redis: configured or embedded servers.

#include "app/embedded/data_directory.h"
#include "app/embedded/supervisor.h"
#include "app/settings/settings.h"
#include "platform/postgres/migrations/migrations.h"
#include "platform/redis/connection/options.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::app {

// The addresses of the servers that this process uses, embedded or configured.
struct Backends {
    std::string database;         // for libpq; can be a pool
    std::string direct_database;  // the server itself, for uses that need a dedicated connection
    redis::ClientOptions redis;
};

class BackendServers {
public:
    // Starts the embedded servers if any are needed; then there must be a directory. Throws StartupError.
    // `archive_command` is for the embedded PostgreSQL, or empty.
    BackendServers(const Config& config, const std::optional<DataDirectory>& directory, std::string archive_command);

    [[nodiscard]] const Backends& where() const { return where_; }
    // Called from the main thread about every 200 ms: restarts an embedded server that ended.
    void poll();
    void stop();

private:
    std::unique_ptr<EmbeddedServers> embedded_;
    Backends where_;
};

// The direct connection string of the configured database, for commands that need no Redis. Throws StartupError
// (EX_CONFIG) without one.
std::string configured_database(const Config& config);

// The data directory from the settings, or the default one.
std::filesystem::path data_root(const Config& config);

// The addresses of the servers of a running Mind Space: the configured servers, or those of `mindspace up` on the same
// data directory.
Backends running_backends(const Config& config);

// Writes data to a database whose schema is up to date.
using Preparation = std::function<Awaitable<>(postgres::Session&)>;

// Waits until the database accepts connections, for database.start_timeout at most, brings its schema up to date and
// runs `prepare`, if set. Returns the number of applied migrations. Throws StartupError: EX_UNAVAILABLE without a
// database, EX_CONFIG with one that is not compatible with this program.
int prepare_database(const std::string& database, const Config& config, const Preparation& prepare);

// The cost of bringing the configured database's schema up to date, step by step; changes nothing. Throws StartupError.
std::vector<postgres::MigrationCost> dry_run_migrations(const Config& config);

}  // namespace mindspace::app
