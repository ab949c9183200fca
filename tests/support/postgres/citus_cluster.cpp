#include "support/postgres/citus_cluster.h"

#include "support/postgres/database.h"
#include "support/postgres/migrated_database.h"

#include <cstdlib>

namespace mindspace::integration {

namespace {

// Few shards, so that databases are created quickly. The daemon of each database is a worker process; the log of
// two-phase commits is kept for tests to read.
postgres::TestServer::Settings settings() {
    return {"shared_preload_libraries=citus", "citus.node_conninfo=sslmode=disable", "citus.shard_count=4",
            "citus.recover_2pc_interval=1h",  "max_prepared_transactions=200",       "max_worker_processes=100"};
}

void create(const postgres::TestServer& server, const std::string& database) {
    query(server.conninfo(), "CREATE DATABASE " + database);
    query(server.conninfo(database), "CREATE EXTENSION citus");
}

constexpr const char* kPort = "', 5432)";  // names the socket in the directory

}  // namespace

bool CitusCluster::is_installed() {
    const auto shared = run_to_end({"pg_config", "--sharedir"}).output;
    return std::filesystem::exists(shared.substr(0, shared.find('\n')) + "/extension/citus.control");
}

CitusCluster& CitusCluster::shared() {
    static CitusCluster cluster;
    return cluster;
}

CitusCluster::CitusCluster()
    : coordinator_(settings()), workers_{postgres::TestServer(settings()), postgres::TestServer(settings())} {}

std::string CitusCluster::create_database() {
    static int made = 0;
    const auto name = "citus" + std::to_string(++made);
    create(coordinator_, name);
    for (const auto& worker : workers_) create(worker, name);
    const auto database = coordinator_.conninfo(name);
    query(database, "SELECT citus_set_coordinator_host('" + coordinator_.directory() + kPort);
    for (const auto& worker : workers_) query(database, "SELECT citus_add_node('" + worker.directory() + kPort);
    migrate(database);
    query(database, read_whole_file(required_variable("MINDSPACE_SOURCE_DIR") + "/db/distribute.sql"));
    return database;
}

std::string CitusCluster::worker(std::size_t which, const std::string& conninfo) const {
    return workers_.at(which).conninfo(conninfo.substr(conninfo.rfind('=') + 1));
}

std::string database_of_environment() {
    const char* wanted = std::getenv("MINDSPACE_TEST_DATABASE");
    if (wanted == nullptr || std::string_view(wanted) != "citus") return {};
    return CitusCluster::shared().create_database();
}

}  // namespace mindspace::integration
