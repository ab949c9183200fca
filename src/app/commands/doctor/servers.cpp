#include "app/commands/connection.h"
#include "app/commands/doctor/subjects.h"

namespace mindspace::app::doctor {

namespace {

// A query that fails ends the checks of its subject, not those of the others.
void run(CommandConnection& servers, Awaitable<> work, std::string name, Checks& checks) {
    try {
        servers.run(std::move(work));
    } catch (const std::exception& fault) {
        checks.fault(std::move(name), fault.what(), "see the log of that server, and whether the role may do this");
    }
}

}  // namespace

void check_servers(const Config& config, Checks& checks) {
    try {
        CommandConnection servers(config);
        auto& database = servers.database();
        run(servers, check_postgres(database, config, checks), "postgres.query", checks);
        run(servers, check_replication(servers.loop(), database, config, checks), "replication.query", checks);
        run(servers, check_versions(database, checks), "versions.query", checks);
        run(servers, check_redis(servers.redis(), checks), "redis.query", checks);
    } catch (const std::exception& fault) {
        checks.fault("postgres.responds", fault.what(),
                     "start the server, or correct its setting (database.url, redis.url)");
    }
}

}  // namespace mindspace::app::doctor
