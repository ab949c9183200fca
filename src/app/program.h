#pragma once
// The composition root: starts the log, constructs everything in order, runs it until a signal, stops it in reverse.

#include "app/roles.h"
#include "app/settings.h"

#include <filesystem>
#include <vector>

namespace mindspace::app {

// Runs the roles until SIGINT or SIGTERM. Servers that the configuration does not name are embedded: started here, as
// children, under the data directory. StartupError when it cannot start.
void run_program(Config config, const std::vector<const Role*>& roles);

// Where the private key that signs access tokens is, below a data directory.
std::filesystem::path signing_key_file(const std::filesystem::path& data_directory);

// Starts the log, brings the configured database's schema up to date and returns how many migrations that took.
// StartupError.
int run_migrations(const Config& config);

}  // namespace mindspace::app
