// The command line of Mind Space. Exit codes are those of sysexits.h: 78 for a configuration that cannot work, 69 for
// a server that is missing.

#include "app/embedded/startup_error.h"
#include "app/program.h"
#include "app/settings.h"
#include "app/version.h"
#include "platform/base/calendar.h"
#include "platform/telemetry/log.h"

#include <sodium.h>
#include <CLI/CLI.hpp>

#include <iostream>

namespace {

using namespace mindspace;

struct CommandLine {
    std::string config_file;
    std::vector<std::string> settings;
    std::string roles = "all";
    bool explain = false;
    bool markdown = false;
};

void load(app::Config& config, config::Configuration& configuration, const CommandLine& line) {
    config::Sources sources{.fallback_files = app::default_config_files(),
                            .environment = config::process_environment(),
                            .flags = line.settings};
    if (!line.config_file.empty()) sources.file = line.config_file;
    configuration.load(sources);
    app::derive_settings(config);
}

int serve(const CommandLine& line, bool embedded) {
    app::Config config;
    auto configuration = app::bind_settings(config);
    load(config, configuration, line);
    auto roles = app::parse_roles(line.roles);
    if (!roles) throw app::StartupError(EX_USAGE, roles.error().detail);
    if (!embedded && (config.database.url.empty() || config.redis.url.empty()))
        throw app::StartupError(EX_CONFIG,
                                "set database.url and redis.url, or use `mindspace up`, which brings its own");
    log::start(config.log.options);
    app::run_program(std::move(config), *roles);
    return 0;
}

int show_config(const CommandLine& line) {
    app::Config config;
    auto configuration = app::bind_settings(config);
    if (line.markdown) {
        std::cout << configuration.explain_markdown();
        return 0;
    }
    load(config, configuration, line);
    std::cout << (line.explain ? configuration.explain() : "the configuration is good\n");
    return 0;
}

int migrate(const CommandLine& line) {
    app::Config config;
    auto configuration = app::bind_settings(config);
    load(config, configuration, line);
    log::start(config.log.options);
    int applied = app::run_migrations(config);
    log::info("schema is up to date", {{"mindspace.migrations", applied}});
    return 0;
}

int run(int argc, char** argv) {
    CommandLine line;
    CLI::App cli("Mind Space, a backend for meditation apps", "mindspace");
    cli.set_version_flag("--version", std::string(app::kVersion));
    cli.require_subcommand(1);
    auto add = [&](const char* name, const char* sentence) {
        auto* command = cli.add_subcommand(name, sentence);
        command->add_option("--config", line.config_file, "TOML file with settings");
        command->add_option("--set", line.settings, "A setting, as key=value; may be repeated");
        return command;
    };
    auto* up = add("up", "Run everything, with an own PostgreSQL and Redis where none is configured");
    auto* roles = add("serve", "Run roles on configured servers");
    roles->add_option("--roles", line.roles, "all, or some of gateway,auth,user,meditation,analytics");
    auto* schema = add("migrate", "Bring the database's schema up to date");
    auto* settings = add("config", "Check the configuration");
    settings->add_flag("--explain", line.explain, "Print every setting, its value and where that came from");
    settings->add_flag("--markdown", line.markdown, "Print the table of settings for the documentation");
    CLI11_PARSE(cli, argc, argv);

    if (sodium_init() < 0) throw app::StartupError(EX_UNAVAILABLE, "no source of random numbers");
    load_time_zones();
    if (up->parsed()) return serve(line, true);
    if (roles->parsed()) return serve(line, false);
    if (schema->parsed()) return migrate(line);
    return show_config(line);
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
