#pragma once
// PostgreSQL and Redis, wherever they are: configured servers or embedded ones.

#include "app/embedded/data_directory.h"
#include "app/embedded/supervisor.h"
#include "app/shared.h"

#include <memory>
#include <optional>
#include <string>

namespace mindspace::app {

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

// Waits until the database takes connections, for database.start_timeout at most, brings its schema up to date and
// publishes the key that this process signs with, if it does. Returns the number of migrations. StartupError:
// EX_UNAVAILABLE without a database, EX_CONFIG with one that does not fit this program.
int prepare_database(const std::string& database, const Config& config, const std::optional<auth::SigningKey>& key);

}  // namespace mindspace::app
