// mindspace healthcheck: checks whether the process with these settings is ready, for container runtimes and scripts.
// It calls the management listener, which every role has.

#include "app/commands/command_line.h"
#include "app/commands/http_probe.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <iostream>

namespace mindspace::app {

namespace {

// The address at which a listener is reachable from this machine.
std::string reachable(const std::string& address) {
    if (address == "0.0.0.0") return "127.0.0.1";
    if (address == "::") return "[::1]";
    return address.contains(':') ? "[" + address + "]" : address;
}

int check_health(const CommandLine& line) {
    const auto config = load_settings(line);
    const auto& [address, port] = config.management;
    if (port == 0) throw StartupError(EX_CONFIG, "set management.port: 0 chooses a random port");
    const auto ready = http_get(fmt::format("http://{}:{}/readyz", reachable(address), port));
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
