#include "app/backup/repository/pgbackrest.h"

#include "app/backup/repository/error_text.h"
#include "app/backup/repository/private_file.h"
#include "app/backup/repository/wal_chain.h"
#include "app/embedded/find_program.h"
#include "app/embedded/socket_directory.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

namespace mindspace::app::backup {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto kDeadline = 12h;  // of one run; a repository that does not respond is given up by pgBackRest itself
const StopPlan kStopPlan = {{SIGTERM, 10s}};

std::string read_file(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// In the form that it reads: "2026-11-30 15:00:00.000+00".
std::string target_time(Timestamp at) {
    auto text = format_timestamp(at);
    text.replace(text.find('T'), 1, " ");
    text.replace(text.find('Z'), 1, "+00");
    return text;
}

// For the shell that PostgreSQL starts; it replaces %p, and %% by %.
std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char character : text) {
        if (character == '\'')
            quoted += R"('\'')";
        else
            quoted.append(character == '%' ? 2 : 1, character);
    }
    return quoted + '\'';
}

std::string read_passphrase(const fs::path& path) {
    std::string passphrase;
    std::ifstream file(path);
    if (!file) throw StartupError(EX_CONFIG, fmt::format("backup.key_file: {} cannot be read", path.native()));
    std::getline(file, passphrase);
    constexpr std::size_t kMinLength = 16;
    if (passphrase.size() < kMinLength)
        throw StartupError(EX_CONFIG, fmt::format("backup.key_file: the first line of {} must have {} characters or "
                                                  "more; create one with: openssl rand -base64 48",
                                                  path.native(), kMinLength));
    return passphrase;
}

// Its exit codes are its errors: these are of an option, or a value of one, that it does not know.
bool refuses_option(const ChildEnd& end) {
    constexpr int kOptionInvalid = 31;
    constexpr int kOptionInvalidValue = 32;
    return WIFEXITED(end.wait_status) &&
           (WEXITSTATUS(end.wait_status) == kOptionInvalid || WEXITSTATUS(end.wait_status) == kOptionInvalidValue);
}

}  // namespace

PgBackRest::PgBackRest(const Config& config, Layout layout)
    : layout_(std::move(layout)), stanza_(config.backup.stanza) {
    const auto program = find_program("pgbackrest");
    if (!program)
        throw StartupError(EX_UNAVAILABLE, "pgBackRest was not found: install it (on Debian: apt install pgbackrest)");
    program_ = *program;
}

void PgBackRest::write_configuration(const Config& config) const {
    layout_.create();
    std::string text = "# Written by mindspace at each start.\n[global]\n";
    const auto set = [&text](std::string_view key, std::string_view value) {
        text += fmt::format("{}={}\n", key, value);
    };
    set("repo1-path", layout_.repository.native());
    set("repo1-bundle", "y");  // small tables share a file
    set("repo1-retention-full-type", "time");
    set("repo1-retention-full", std::to_string(config.backup.days));
    if (!config.backup.key_file.empty()) {
        set("repo1-cipher-type", "aes-256-cbc");
        set("repo1-cipher-pass", read_passphrase(config.backup.key_file));
    }
    set("compress-type", "zst");
    set("start-fast", "y");
    // While the repository cannot be written, PostgreSQL keeps its log; above this it is dropped, so that a full disk
    // of backups does not fill the database's. The next backup begins anew.
    set("archive-push-queue-max", "1GiB");
    set("log-level-file", "off");
    set("log-path", (layout_.home / "log").native());
    set("lock-path", (layout_.home / "lock").native());
    set("spool-path", (layout_.home / "spool").native());
    text += fmt::format("\n[{}]\n", stanza_);
    set("pg1-path", layout_.cluster().native());
    set("pg1-socket-path", choose_socket_directory(layout_.data / "run").native());
    set("pg1-port", "5432");
    set("pg1-user", "postgres");
    write_private_file(layout_.config_file, text);
}

std::string PgBackRest::archive_command() const {
    return fmt::format("{} --config={} --stanza={} --log-level-console=off --log-level-stderr=warn archive-push %p",
                       shell_quoted(program_.native()), shell_quoted(layout_.config_file.native()),
                       shell_quoted(stanza_));
}

std::vector<std::string> PgBackRest::command(const char* name, std::vector<std::string> options) const {
    std::vector<std::string> arguments = {program_,
                                          name,
                                          "--config=" + layout_.config_file.native(),
                                          "--stanza=" + stanza_,
                                          "--log-level-console=off",
                                          "--log-level-stderr=error"};
    std::ranges::move(options, std::back_inserter(arguments));
    return arguments;
}

// Its output goes through a file of this process: errors and the result are far smaller than a pipe needs to be read
// concurrently, but its documentation does not promise it.
std::pair<ChildEnd, std::string> PgBackRest::execute(const std::vector<std::string>& arguments) const {
    const auto& name = arguments[1];
    const auto output_file = layout_.log(fmt::format("{}.{}", name, ::getpid()).c_str());
    fs::remove(output_file);
    auto process = ChildProcess::start({.arguments = arguments,
                                        .working_directory = layout_.home,
                                        .log_file = output_file,
                                        .account = current_account(),
                                        .stop_plan = kStopPlan});
    const auto end = process.wait(kDeadline);
    auto output = read_file(output_file);
    fs::remove(output_file);
    if (!end) throw StartupError(EX_TEMPFAIL, fmt::format("pgbackrest {} does not end", name));
    return {*end, std::move(output)};
}

std::string PgBackRest::run(const char* name, std::vector<std::string> options) const {
    auto [end, output] = execute(command(name, std::move(options)));
    if (end.succeeded()) return std::move(output);
    auto words = fmt::format("pgbackrest {} failed ({}): {}", name, end.describe(), error_text(output));
    if (refuses_option(end))
        words += fmt::format("; installed is {}, a later one may know it",
                             error_text(execute({program_, "version"}).second));
    throw StartupError(EX_UNAVAILABLE, words);
}

// It takes the lock of archiving, which PostgreSQL may be trying already.
void PgBackRest::create_stanza() const {
    constexpr std::string_view kIsLocked = "[050]";
    constexpr int kAttempts = 30;
    for (int attempt = 1;; ++attempt) {
        try {
            run("stanza-create", {});
            return;
        } catch (const StartupError& error) {
            if (attempt == kAttempts || !std::string_view(error.what()).contains(kIsLocked)) throw;
        }
        std::this_thread::sleep_for(2s);
    }
}

void PgBackRest::backup(Kind kind) const {
    run("backup", {kind == Kind::full ? "--type=full" : "--type=incr"});
}

Repository PgBackRest::info() const {
    const auto text = run("info", {"--output=json"});
    try {
        return read_repository(text);
    } catch (const StartupError&) {
        throw;
    } catch (const std::exception& fault) {
        throw StartupError(EX_SOFTWARE, fmt::format("pgbackrest info: {}: {}", fault.what(), text));
    }
}

// It exits with 0 whatever it finds, and prints nothing if all is well.
std::vector<std::string> PgBackRest::damaged_files() const {
    std::istringstream output(run("verify", {"--output=text"}));
    std::vector<std::string> lines;
    bool is_damaged = false;
    for (std::string line; std::getline(output, line);) {
        if (line.contains("status: error")) is_damaged = true;
        const auto begin = line.find_first_not_of(' ');
        if (begin != std::string::npos) lines.push_back(line.substr(begin));
    }
    return is_damaged ? lines : std::vector<std::string>();
}

std::vector<std::string> PgBackRest::missing_segments(const Repository& repository, const Backup& backup) const {
    std::vector<std::string> names;
    const auto folder = fmt::format("archive/{}/{}", stanza_, repository.archive);
    std::istringstream files(run("repo-ls", {"--recurse", folder}));
    for (std::string line; std::getline(files, line);) names.push_back(fs::path(line).filename());
    return backup::missing_segments(names, backup.first_segment);
}

void PgBackRest::restore(const fs::path& directory, const Target& target) const {
    std::vector<std::string> options = {"--pg1-path=" + directory.native()};
    if (target.time) {
        options.emplace_back("--type=time");
        options.push_back("--target=" + target_time(*target.time));
    } else if (!target.restore_point.empty()) {
        options.emplace_back("--type=name");
        options.push_back("--target=" + target.restore_point);
    }
    if (target.time || !target.restore_point.empty()) options.emplace_back("--target-action=promote");
    if (!target.timeline.empty()) options.push_back("--target-timeline=" + target.timeline);
    run("restore", std::move(options));
}

void PgBackRest::archive_histories() const {
    const auto log = layout_.cluster() / "pg_wal";
    for (const auto& entry : fs::directory_iterator(log)) {
        const auto& file = entry.path();
        if (file.extension() == ".history" &&
            fs::exists(log / "archive_status" / (file.filename().native() + ".ready")))
            run("archive-push", {"--archive-push-queue-max=4PiB", file.native()});
    }
}

}  // namespace mindspace::app::backup
