// mindspace reference: the manual page and the shell completion, generated from the definitions of the commands, for
// packages.

#include "app/commands/command_line.h"
#include "platform/base/version.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

struct ReferenceOptions {
    bool manual = false;
    bool bash = false;
};

std::vector<const CLI::App*> visible_commands(const CLI::App& cli) {
    return cli.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

// Escapes text for roff: hyphens can be copied, and no line is taken for a control line.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\e";
        else if (c == '-')
            out += "\\-";
        else
            out += c;
    }
    return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string names_of(const CLI::Option& option) {
    if (!option.nonpositional()) return option.get_name();
    std::string names;
    for (const auto& name : option.get_snames()) names += "-" + name + ", ";
    for (const auto& name : option.get_lnames()) names += "--" + name + ", ";
    names.resize(names.size() - 2);
    if (option.get_items_expected_max() > 0) names += " " + option.get_type_name();
    return names;
}

void write_options(const CLI::App& command) {
    for (const auto* option : command.get_options()) {
        if (option == command.get_help_ptr()) continue;
        fmt::print(".RS\n.TP\n.B {}\n{}\n.RE\n", roff(names_of(*option)), roff(option->get_description()));
    }
}

void write_commands(const CLI::App& cli, const std::string& before) {
    for (const auto* command : visible_commands(cli)) {
        const auto name = before + command->get_name();
        if (visible_commands(*command).empty()) {
            fmt::print(".TP\n.B {}\n{}.\n", roff(name), roff(command->get_description()));
            write_options(*command);
        }
        write_commands(*command, name + " ");
    }
}

void write_manual(const CLI::App& cli) {
    fmt::print(".TH MINDSPACE 1 \"\" \"Mind Space {}\" \"User Commands\"\n", kVersion);
    fmt::print(".SH NAME\nmindspace \\- {}\n", roff("backend for meditation apps"));
    fmt::print(".SH SYNOPSIS\n.B mindspace\n.I command\n[options]\n.SH DESCRIPTION\n{}.\n",
               roff(cli.get_description()));
    fmt::print(
        "Settings come from {}, the environment and the file of\n.BR \\-\\-config ;\n.B mindspace config "
        "\\-\\-explain\nprints all settings with their values and sources.\n.SH COMMANDS\n",
        roff("--set"));
    write_commands(cli, {});
    fmt::print(
        ".SH FILES\n.TP\n.I /etc/mindspace/mindspace.toml\nSettings of the machine.\n"
        ".TP\n.I /var/lib/mindspace\nThe data directory of the service.\n"
        ".SH EXIT STATUS\nAs in sysexits.h: 0 after SIGTERM and SIGINT, 64 for an invalid command line, 69 for an "
        "unavailable server, 78 for an invalid configuration.\n");
}

// The words that may follow the command.
std::string completions_after(const CLI::App& cli) {
    std::string words;
    for (const auto* command : visible_commands(cli)) words += command->get_name() + " ";
    for (const auto* option : cli.get_options())
        for (const auto& name : option->get_lnames()) words += "--" + name + " ";
    words.pop_back();
    return words;
}

void write_transitions(const CLI::App& cli, const std::string& path) {
    for (const auto* command : visible_commands(cli)) {
        const auto name = path + command->get_name();
        fmt::print("            '{} {}') path='{}' ;;\n", path.substr(0, path.empty() ? 0 : path.size() - 1),
                   command->get_name(), name);
        write_transitions(*command, name + " ");
    }
}

void write_completions(const CLI::App& cli, const std::string& path) {
    fmt::print("        '{}') words='{}' ;;\n", path, completions_after(cli));
    for (const auto* command : visible_commands(cli))
        write_completions(*command, (path.empty() ? "" : path + " ") + command->get_name());
}

void write_bash_completion(const CLI::App& cli) {
    fmt::print(
        "# shellcheck shell=bash\n# Completion of mindspace(1), written by `mindspace reference --bash`.\n"
        "_mindspace() {{\n    local word words='' path=''\n"
        "    for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n        case \"$path $word\" in\n");
    write_transitions(cli, {});
    fmt::print("        esac\n    done\n    case $path in\n");
    write_completions(cli, {});
    fmt::print(
        "    esac\n    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${{COMP_WORDS[COMP_CWORD]}}\")\n}}\n"
        "complete -o default -F _mindspace mindspace\n");
}

}  // namespace

void add_reference_command(CLI::App& cli, CommandLine& line) {
    auto options = std::make_shared<ReferenceOptions>();
    auto* command = cli.add_subcommand("reference", "Print the manual page or the shell completion");
    command->group("");  // not in the help: for packagers
    auto* manual = command->add_flag("--man", options->manual, "The manual page mindspace(1)");
    command->add_flag("--bash", options->bash, "The completion for bash")->excludes(manual);
    command->callback([&cli, &line, options] {
        line.action = [&cli, options] {
            options->bash ? write_bash_completion(cli) : write_manual(cli);
            return 0;
        };
    });
}

}  // namespace mindspace::app
