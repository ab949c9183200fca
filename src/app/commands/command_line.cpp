#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>

namespace mindspace::app {

CLI::App* add_command(CLI::App& cli, CommandLine& line, const char* name, const char* sentence) {
    auto* command = cli.add_subcommand(name, sentence);
    command->add_option("--config", line.config_file, "TOML file with settings");
    command->add_option("--set", line.settings, "Setting as key=value; can be repeated")->allow_extra_args(false);
    return command;
}

void load_settings(Config& config, config::Configuration& configuration, const CommandLine& line) {
    config::Sources sources{
        .fallback_files = default_config_files(), .environment = config::process_environment(), .flags = line.settings};
    if (!line.config_file.empty()) sources.file = line.config_file;
    configuration.load(sources);
    derive_settings(config);
}

Config load_settings(const CommandLine& line) {
    Config config;
    auto configuration = bind_settings(config);
    load_settings(config, configuration, line);
    return config;
}

}  // namespace mindspace::app
