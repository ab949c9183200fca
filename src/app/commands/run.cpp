// mindspace up, serve and migrate: the commands that run the program or prepare for it.

#include "app/commands/command_line.h"
#include "app/process/backends.h"
#include "app/process/startup_error.h"
#include "app/program.h"
#include "platform/telemetry/log/log.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

namespace mindspace::app {

namespace {

enum class Servers { may_be_embedded, configured };

int serve(const CommandLine& line, std::string_view role_names, Servers servers) {
    auto config = load_settings(line);
    auto roles = parse_roles(role_names);
    if (!roles) throw StartupError(EX_USAGE, roles.error().detail);
    if (servers == Servers::configured && (config.database.url.empty() || config.redis.url.empty()))
        throw StartupError(EX_CONFIG, "set database.url and redis.url, or use `mindspace up`, which embeds both");
    run_program(std::move(config), *roles);
    return 0;
}

// Changes nothing.
int check_migrations(const Config& config) {
    const auto costs = dry_run_migrations(config);
    if (costs.empty()) fmt::print("the schema is up to date\n");
    for (const auto& cost : costs) {
        fmt::print("{:04} {}: {} ms\n", cost.migration->version, cost.migration->name, cost.took.count());
        for (const auto& lock : cost.locks) fmt::print("     holds {}\n", lock);
    }
    return 0;
}

int migrate(const CommandLine& line, bool check_only) {
    auto config = load_settings(line);
    if (check_only) return check_migrations(config);
    int applied = run_migrations(config);
    log::info("schema is up to date", {{"mindspace.migrations", applied}});
    return 0;
}

}  // namespace

void add_run_commands(CLI::App& cli, CommandLine& line) {
    add_command(cli, line, "up", "Run everything, with an embedded PostgreSQL and Redis if none is configured")
        ->callback([&line] { line.action = [&line] { return serve(line, "all", Servers::may_be_embedded); }; });

    auto roles = std::make_shared<std::string>("all");
    auto* command = add_command(cli, line, "serve", "Run roles on configured servers");
    command->add_option("--roles", *roles, "all, or a list of " + role_names(","));
    command->callback(
        [&line, roles] { line.action = [&line, roles] { return serve(line, *roles, Servers::configured); }; });

    auto check_only = std::make_shared<bool>(false);
    auto* migration = add_command(cli, line, "migrate", "Migrate the database schema");
    migration->add_flag(
        "--check", *check_only,
        "Change nothing; print the pending migrations, which tables they lock and for how long: measured by "
        "running and rolling back each, for at most 5 s");
    migration->callback(
        [&line, check_only] { line.action = [&line, check_only] { return migrate(line, *check_only); }; });
}

}  // namespace mindspace::app
