// mindspace config: checks whether the settings are valid, and shows them.

#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

struct ConfigArguments {
    bool explain = false;
    bool markdown = false;
};

int show(const CommandLine& line, const ConfigArguments& arguments) {
    Config config;
    auto configuration = bind_settings(config);
    if (arguments.markdown) {
        std::cout << configuration.explain_markdown();
        return 0;
    }
    load_settings(config, configuration, line);
    std::cout << (arguments.explain ? configuration.explain() : "the configuration is valid\n");
    return 0;
}

}  // namespace

void add_config_command(CLI::App& cli, CommandLine& line) {
    auto arguments = std::make_shared<ConfigArguments>();
    auto* command = add_command(cli, line, "config", "Check the configuration");
    command->add_flag("--explain", arguments->explain, "Print every setting with its value and source");
    command->add_flag("--markdown", arguments->markdown, "Print the table of settings for the documentation");
    command->callback([&line, arguments] { line.action = [&line, arguments] { return show(line, *arguments); }; });
}

}  // namespace mindspace::app
