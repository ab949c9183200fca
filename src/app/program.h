#pragma once
// The lifecycle of the process: ports, secrets, dropping root, log, servers, database, cores and their modules; then
// waits for a signal, and stops everything in reverse order.

#include "app/roles.h"
#include "app/settings/settings.h"

#include <filesystem>

namespace mindspace::app {

// Runs the roles until SIGINT or SIGTERM. Servers that are not configured are embedded: started here, as child
// processes, under the data directory. Throws StartupError if it cannot start.
void run_program(Config config, const Roles& roles);

// The path of the private key that signs access tokens, below a data directory.
std::filesystem::path signing_key_file(const std::filesystem::path& data_directory);

// Starts the log, brings the configured database's schema up to date and returns the number of applied migrations.
// Throws StartupError.
int run_migrations(const Config& config);

}  // namespace mindspace::app
