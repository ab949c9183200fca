#pragma once
// The commands of `mindspace`, each in a file of its own that says which words it takes and what it does. main.cpp puts
// them together.

#include "app/settings/settings.h"

#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming)
class App;
}

namespace mindspace::app {

// What the words on the command line say.
struct CommandLine {
    std::string config_file;
    std::vector<std::string> settings;
    std::function<int()> action;  // of the command that was chosen; returns the exit code
};

// Each adds its commands to `cli`; what they keep lives as long as `cli`, and `line` has to, too.
void add_run_commands(CLI::App& cli, CommandLine& line);  // up, serve, migrate
void add_analytics_command(CLI::App& cli, CommandLine& line);
void add_config_command(CLI::App& cli, CommandLine& line);
void add_doctor_command(CLI::App& cli, CommandLine& line);
void add_events_command(CLI::App& cli, CommandLine& line);
void add_healthcheck_command(CLI::App& cli, CommandLine& line);
void add_keys_command(CLI::App& cli, CommandLine& line);
void add_reference_command(CLI::App& cli, CommandLine& line);
void add_user_command(CLI::App& cli, CommandLine& line);

// A command that takes --config and --set.
CLI::App* add_command(CLI::App& cli, CommandLine& line, const char* name, const char* sentence);

// The settings of the file, the environment and the flags. Throws ConfigError.
void load_settings(Config& config, config::Configuration& configuration, const CommandLine& line);
Config load_settings(const CommandLine& line);

}  // namespace mindspace::app
