// The command line of Mind Space. Exit codes are those of sysexits.h: 78 for an invalid configuration, 69 for an
// unavailable server.

#include "app/commands/command_line.h"
#include "app/process/startup_error.h"
#include "platform/async/host_lookup.h"
#include "platform/base/calendar.h"
#include "platform/base/version.h"
#include "platform/telemetry/log/log.h"

#include <sodium.h>
#include <CLI/CLI.hpp>

#include <iostream>

namespace {

using namespace mindspace;

int run(int argc, char** argv) {
    app::CommandLine line;
    CLI::App cli("Mind Space, a backend for meditation apps", "mindspace");
    cli.set_version_flag("--version", std::string(kVersion));
    cli.require_subcommand(1);
    app::add_run_commands(cli, line);
    app::add_analytics_command(cli, line);
    app::add_backup_command(cli, line);
    app::add_config_command(cli, line);
    app::add_doctor_command(cli, line);
    app::add_events_command(cli, line);
    app::add_healthcheck_command(cli, line);
    app::add_keys_command(cli, line);
    app::add_reference_command(cli, line);
    app::add_top_command(cli, line);
    app::add_user_command(cli, line);
    CLI11_PARSE(cli, argc, argv);

    if (sodium_init() < 0) throw app::StartupError(EX_UNAVAILABLE, "no source of random numbers");
    load_time_zones();
    shorten_name_server_timeout();
    return line.action();
}

}  // namespace

int main(int argc, char** argv) {
    int code = 0;
    try {
        code = run(argc, argv);
    } catch (const config::ConfigError& error) {
        std::cerr << "mindspace: " << error.what() << '\n';
        code = EX_CONFIG;
    } catch (const app::StartupError& error) {
        std::cerr << "mindspace: " << error.what() << '\n';
        code = error.exit_code();
    } catch (const std::exception& error) {
        std::cerr << "mindspace: " << error.what() << '\n';
        code = EX_SOFTWARE;
    }
    log::shutdown();
    return code;
}
