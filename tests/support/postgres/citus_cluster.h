#pragma once
// A real Citus cluster: a coordinator and two workers, where the extension is installed beside the PostgreSQL that
// tests use. Its databases have the schema that ships, distributed by db/distribute.sql.

#include "support/postgres/server.h"

#include <array>
#include <string>

namespace mindspace::integration {

class CitusCluster {
public:
    [[nodiscard]] static bool is_installed();
    // One for all of a test binary.
    static CitusCluster& shared();

    CitusCluster();

    // Makes one on all three servers, migrates and distributes it; returns its connection string at the coordinator.
    std::string create_database();
    // How a worker (0 or 1) is reached, in the database that the coordinator's connection string names.
    [[nodiscard]] std::string worker(std::size_t which, const std::string& conninfo) const;

private:
    postgres::TestServer coordinator_;
    std::array<postgres::TestServer, 2> workers_;
};

// The connection string of a new database of the shared cluster when the variable MINDSPACE_TEST_DATABASE is "citus":
// whatever tests start then runs on it. Otherwise nothing.
std::string database_of_environment();

}  // namespace mindspace::integration
