#pragma once
// PostgreSQL and Redis, wherever they are: configured servers or embedded ones.

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

// Where the servers that this process uses are: its own or the configured ones.
struct Backends {
    std::string database;         // for libpq; it may be a pool
    std::string direct_database;  // the server itself, for what needs a connection of its own
    redis::ClientOptions redis;
};

class BackendServers {
public:
    // Starts the embedded servers if any is needed; then there must be a directory. StartupError.
    BackendServers(const Config& config, const std::optional<DataDirectory>& directory);

    [[nodiscard]] const Backends& where() const { return where_; }
    // From the main thread, every 200 ms or so: restarts an embedded server that died.
    void poll();
    void stop();

private:
    std::unique_ptr<EmbeddedServers> embedded_;
    Backends where_;
};

// The configured database, reached directly, for what needs no Redis. StartupError (EX_CONFIG) without one.
std::string configured_database(const Config& config);

// The directory that the settings name, or the default one.
std::filesystem::path data_root(const Config& config);

// Where the servers of a Mind Space are that runs already: the configured ones, or those of `mindspace up` on the same
// data directory.
Backends running_backends(const Config& config);

// What is written to a database whose schema is up to date.
using Preparation = std::function<Awaitable<>(postgres::Session&)>;

// Waits until the database takes connections, for database.start_timeout at most, brings its schema up to date and runs
// `prepare`, if there is any. Returns the number of migrations. StartupError: EX_UNAVAILABLE without a database,
// EX_CONFIG with one that does not fit this program.
int prepare_database(const std::string& database, const Config& config, const Preparation& prepare);

// What bringing the configured database's schema up to date would take, step by step; nothing is changed. StartupError.
std::vector<postgres::MigrationCost> rehearse_migrations(const Config& config);

}  // namespace mindspace::app
