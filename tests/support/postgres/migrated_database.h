#pragma once
// A database with the schema that ships, on the test binary's own PostgreSQL server, or on a cluster if the environment
// wants that (citus_cluster.h).

#include "support/postgres/loop.h"

#include <string>

namespace mindspace::integration {

// Brings a database to the schema that ships.
void migrate(const std::string& conninfo);
// Creates it anew; returns its connection string.
std::string create_migrated_database();

}  // namespace mindspace::integration
