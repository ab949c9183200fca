#pragma once
// A real Citus cluster: a coordinator and two workers. It needs the extension to be installed for the PostgreSQL that
// tests use. Its databases have the released schema, distributed by db/distribute.sql.

#include "support/postgres/server.h"

#include <array>
#include <string>

namespace mindspace::integration {

class CitusCluster {
public:
    [[nodiscard]] static bool is_installed();
    // One for the whole test binary.
    static CitusCluster& shared();

    CitusCluster();

    // Creates a database on all three servers, migrates and distributes it; returns its connection string on the
    // coordinator.
    std::string create_database();
    // The connection string of a worker (0 or 1), for the database in the coordinator's connection string.
    [[nodiscard]] std::string worker(std::size_t which, const std::string& conninfo) const;

private:
    postgres::TestServer coordinator_;
    std::array<postgres::TestServer, 2> workers_;
};

// The connection string of a new database of the shared cluster if the variable MINDSPACE_TEST_DATABASE is "citus": all
// programs of tests then run on it. Otherwise an empty string.
std::string database_of_environment();

}  // namespace mindspace::integration
