#pragma once
// The life of the process: ports, secrets, root given up, log, servers, database, cores and their modules; then waits
// for a signal, and stops all in reverse.

#include "app/roles.h"
#include "app/settings/settings.h"

#include <filesystem>

namespace mindspace::app {

// Runs the roles until SIGINT or SIGTERM. Servers that the configuration does not name are embedded: started here, as
// children, under the data directory. StartupError when it cannot start.
void run_program(Config config, const Roles& roles);

// Where the private key that signs access tokens is, below a data directory.
std::filesystem::path signing_key_file(const std::filesystem::path& data_directory);

// Starts the log, brings the configured database's schema up to date and returns how many migrations that took.
// StartupError.
int run_migrations(const Config& config);

}  // namespace mindspace::app
