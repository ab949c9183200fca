#pragma once
// A database with the released schema, on the test binary's PostgreSQL server, or on a Citus cluster if the environment
// says so (citus_cluster.h).

#include "support/postgres/loop.h"

#include <string>

namespace mindspace::integration {

// Migrates a database to the released schema.
void migrate(const std::string& conninfo);
// Creates a new database; returns its connection string.
std::string create_migrated_database();

}  // namespace mindspace::integration
