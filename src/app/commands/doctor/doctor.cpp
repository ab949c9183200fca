// mindspace doctor: examines a Mind Space from where the command runs and reports what is wrong or risky, each finding
// with its fix.

#include "app/commands/command_line.h"
#include "app/commands/doctor/subjects.h"
#include "app/process/startup_error.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

struct DoctorArguments {
    std::string url;
    bool json = false;
};

int run_checks(const CommandLine& line, const DoctorArguments& arguments) {
    const auto config = load_settings(line);
    doctor::Checks checks;
    doctor::check_settings(config, checks);
    doctor::check_synchronisation(checks);
    doctor::check_dns(config, checks);
    doctor::check_disk(config, checks);
    doctor::check_backups(config, checks);
    doctor::check_tls(config, checks);
    doctor::check_servers(config, checks);
    doctor::check_limits(config, checks);
    doctor::check_program(config, arguments.url.empty() ? config.http.public_url : arguments.url, checks);
    (arguments.json ? doctor::write_json : doctor::write_text)(std::cout, checks.all());
    std::cout.flush();
    return checks.has_fault() ? EX_UNAVAILABLE : 0;
}

}  // namespace

void add_doctor_command(CLI::App& cli, CommandLine& line) {
    auto arguments = std::make_shared<DoctorArguments>();
    auto* command =
        add_command(cli, line, "doctor", "Check settings, servers and the machine for problems, with their fixes");
    command->add_option("--url", arguments->url, "URL of the program; default: http.public_url");
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback(
        [&line, arguments] { line.action = [&line, arguments] { return run_checks(line, *arguments); }; });
}

}  // namespace mindspace::app
