// mindspace healthcheck: checks whether the process with these settings is ready, for container runtimes and scripts.
// It calls the management listener, which every role has.

#include "app/commands/command_line.h"
#include "app/commands/http_probe.h"
#include "app/process/startup_error.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace mindspace::app {

namespace {

int check_health(const CommandLine& line) {
    const auto config = load_settings(line);
    const auto ready = http_get(management_url(config.management) + "/readyz");
    if (ready.status == 0) {
        std::cout << "not running: " << ready.failure << '\n';
        return EX_UNAVAILABLE;
    }
    std::cout << ready.body << '\n';
    return ready.status == 200 ? 0 : EX_TEMPFAIL;
}

}  // namespace

void add_healthcheck_command(CLI::App& cli, CommandLine& line) {
    add_command(cli, line, "healthcheck", "Exit with 0 if the process with these settings is ready")->callback([&line] {
        line.action = [&line] { return check_health(line); };
    });
}

}  // namespace mindspace::app
