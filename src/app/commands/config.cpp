// mindspace config: checks whether the settings are valid, and shows them.

#include "app/commands/command_line.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

struct ConfigWords {
    bool explain = false;
    bool markdown = false;
};

int show(const CommandLine& line, const ConfigWords& words) {
    Config config;
    auto configuration = bind_settings(config);
    if (words.markdown) {
        std::cout << configuration.explain_markdown();
        return 0;
    }
    load_settings(config, configuration, line);
    std::cout << (words.explain ? configuration.explain() : "the configuration is valid\n");
    return 0;
}

}  // namespace

void add_config_command(CLI::App& cli, CommandLine& line) {
    auto words = std::make_shared<ConfigWords>();
    auto* command = add_command(cli, line, "config", "Check the configuration");
    command->add_flag("--explain", words->explain, "Print every setting with its value and source");
    command->add_flag("--markdown", words->markdown, "Print the table of settings for the documentation");
    command->callback([&line, words] { line.action = [&line, words] { return show(line, *words); }; });
}

}  // namespace mindspace::app
