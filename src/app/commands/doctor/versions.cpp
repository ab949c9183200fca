#include "app/commands/doctor/subjects.h"
#include "app/migrations.h"
#include "platform/base/version.h"
#include "platform/postgres/connection/client.h"

#include <fmt/format.h>

namespace mindspace::app::doctor {

namespace {

// Each process names its version when it connects (postgres/connection/connection.cpp).
constexpr postgres::Statement kNodes{"doctor_nodes", R"(
    SELECT split_part(application_name, '/', 2), count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'mindspace/%' GROUP BY 1 ORDER BY 1)"};

constexpr const char* kMigrate = "run `mindspace migrate`, or start the program, which does that";

Awaitable<> check_schema(postgres::Client& database, Checks& checks) {
    const auto found = co_await postgres::schema_version(database);
    if (found == 0) {
        checks.warning("versions.schema", "the database has no schema yet", kMigrate);
        co_return;
    }
    const auto known = db::migrations().back().version;
    const auto finding = fmt::format("the schema is at version {}, this program knows {}", found, known);
    if (found == known)
        checks.ok("versions.schema", finding);
    else if (found < known)
        checks.warning("versions.schema", finding, kMigrate);
    else if (found == known + 1)
        checks.warning("versions.schema", finding, "update this program as well: it does not run on the version after");
    else
        checks.fault("versions.schema", finding, "update this program: it does not run on this schema");
}

Awaitable<> check_nodes(postgres::Client& database, Checks& checks) {
    auto rows = co_await database.query(kNodes);
    bool is_other = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto version = rows[i].get<std::string>(0);
        if (version == kVersion) continue;
        is_other = true;
        checks.warning(
            "versions.nodes",
            fmt::format("processes of version {} are connected to the database ({} connections); this program is {}",
                        version, rows[i].get<std::int64_t>(1), kVersion),
            "finish the rolling update: all nodes run the same version (docs/operations/upgrading.md)");
    }
    if (!is_other)
        checks.ok("versions.nodes",
                  fmt::format("all processes that are connected to the database are version {}", kVersion));
}

}  // namespace

Awaitable<> check_versions(postgres::Client& database, Checks& checks) {
    co_await check_schema(database, checks);
    co_await check_nodes(database, checks);
}

}  // namespace mindspace::app::doctor
