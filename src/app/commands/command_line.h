#pragma once
// The commands of `mindspace`, each in its own file, which defines its arguments and runs it. main.cpp combines them.

#include "app/settings/settings.h"

#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace mindspace::app {

// The parsed command line.
struct CommandLine {
    std::string config_file;
    std::vector<std::string> settings;
    std::function<int()> action;  // of the chosen command; returns the exit code
};

// Each function adds its commands to `cli`. Their state is owned by `cli`; `line` must outlive `cli`.
void add_run_commands(CLI::App& cli, CommandLine& line);  // up, serve, migrate
void add_analytics_command(CLI::App& cli, CommandLine& line);
void add_backup_command(CLI::App& cli, CommandLine& line);
void add_config_command(CLI::App& cli, CommandLine& line);
void add_doctor_command(CLI::App& cli, CommandLine& line);
void add_events_command(CLI::App& cli, CommandLine& line);
void add_healthcheck_command(CLI::App& cli, CommandLine& line);
void add_keys_command(CLI::App& cli, CommandLine& line);
void add_reference_command(CLI::App& cli, CommandLine& line);
void add_top_command(CLI::App& cli, CommandLine& line);
void add_user_command(CLI::App& cli, CommandLine& line);

// Adds a command that accepts --config and --set.
CLI::App* add_command(CLI::App& cli, CommandLine& line, const char* name, const char* sentence);

// Loads the settings from the file, the environment and the flags. Throws ConfigError.
void load_settings(Config& config, config::Configuration& configuration, const CommandLine& line);
Config load_settings(const CommandLine& line);

}  // namespace mindspace::app
