// mindspace backup: makes, lists, proves and restores backups. The running program calls create and verify itself for
// the PostgreSQL that it embeds (app/backup/jobs/schedule.h); for one of the operator's, timers do (deploy/backup).

#include "app/backup/jobs/create.h"
#include "app/backup/jobs/metrics.h"
#include "app/backup/jobs/restore.h"
#include "app/backup/proof/verify.h"
#include "app/commands/command_line.h"
#include "app/commands/table.h"
#include "app/embedded/data_directory.h"
#include "app/process/account.h"
#include "app/process/backends.h"
#include "app/process/handover.h"
#include "app/process/startup_error.h"
#include "platform/telemetry/metrics/page.h"

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <iostream>
#include <memory>

namespace mindspace::app {

namespace {

constexpr std::int64_t kMebibyte = 1024 * 1024;

// With the data directory that the account before a change has: the default is another one without root.
Config load_with_directory(const CommandLine& line) {
    auto config = load_settings(line);
    config.data_dir = data_root(config).native();
    return config;
}

// The backups belong to the account of the data directory.
Config load_for_owner(const CommandLine& line) {
    auto config = load_with_directory(line);
    const backup::Layout layout(config);
    if (::geteuid() == 0 && std::filesystem::exists(layout.data)) switch_account(owner_of(layout.data));
    return config;
}

std::string show_time(const std::optional<Timestamp>& at) {
    return at ? format_timestamp(*at) : "never";
}

int list(const backup::Repository& repository) {
    std::vector<TableRow> rows = {{"BACKUP", "KIND", "MADE AT", "DATABASE MIB", "STORED MIB"}};
    for (const auto& one : repository.backups)
        rows.push_back({one.label, one.kind == backup::Kind::full ? "full" : "incremental",
                        format_timestamp(one.ended_at), std::to_string(one.database_bytes / kMebibyte),
                        std::to_string(one.stored_bytes / kMebibyte)});
    write_table(std::cout, std::move(rows));
    return repository.backups.empty() ? EX_UNAVAILABLE : 0;
}

int create_backup(const CommandLine& line, backup::Kind kind) {
    return list(backup::create(load_for_owner(line), kind));
}

int list_backups(const CommandLine& line) {
    const auto config = load_for_owner(line);
    return list(backup::PgBackRest(config, backup::Layout(config)).info());
}

int verify_backups(const CommandLine& line) {
    const auto proof = backup::verify(load_for_owner(line));
    fmt::print(
        "restored and equal: {} with all changes since, {} tables; statistics of {} users agree with the history\n",
        proof.backup, proof.tables, proof.users);
    if (!proof.missing.empty())
        fmt::print(
            "older backups cannot be restored to every time: segments of the write-ahead log are missing, from {} on\n",
            proof.missing.front());
    return 0;
}

struct RestoreArguments {
    std::string to;
    std::string into;
    backup::RestoreRequest request;
};

// As root, on a machine that may have never run the program, and into a directory that only root may create.
void become_owner(const Config& config, const backup::Layout& layout, const std::filesystem::path& into) {
    if (::geteuid() != 0) return;
    if (!layout.is_embedded)
        throw StartupError(EX_USAGE,
                           "run this as the account of PostgreSQL: sudo -u postgres mindspace backup restore …");
    const auto account = program_account(config.process.user);
    hand_over_data(layout.data, account);
    hand_over_backups(config.backup.directory, account);
    if (!into.empty()) {
        require_reachable(into, account);
        if (!std::filesystem::exists(into)) ensure_owned_directory(into, 0700, account);
    }
    switch_account(account);
}

void show_restored(const backup::Restored& restored) {
    fmt::print("restored: {}\n", restored.cluster.native());
    fmt::print("last change: {}\n", restored.last_change);
    fmt::print("login sessions ended: of {} users; one-time links removed: {}; signing keys withdrawn: {}\n",
               restored.invalidated.users, restored.invalidated.one_time_tokens, restored.invalidated.signing_keys);
    fmt::print("statistics: {} corrected; those of {} users agree with the history\n", restored.wrong_facts,
               restored.compared_users);
    if (!restored.previous.empty())
        fmt::print("the previous database is kept; remove it when all is well: {}\n", restored.previous.native());
}

int restore_backup(const CommandLine& line, RestoreArguments& arguments) {
    const auto config = load_with_directory(line);
    if (!arguments.to.empty()) {
        arguments.request.target.time = parse_timestamp(arguments.to);
        if (!arguments.request.target.time)
            throw StartupError(EX_USAGE, "--to must be a time with its offset, such as 2026-11-30T12:00:00Z");
    }
    // PostgreSQL and pgBackRest have working directories of their own.
    if (!arguments.into.empty()) arguments.request.into = DataDirectory::resolve(arguments.into);
    become_owner(config, backup::Layout(config), arguments.request.into);
    const auto begin = std::chrono::steady_clock::now();
    const auto restored = backup::restore(config, arguments.request, [](std::string_view sentence) {
        std::cout << sentence << '\n' << std::flush;  // a person is waiting
    });
    show_restored(restored);
    const auto took = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin);
    fmt::print("took: {:.1f} s\n", static_cast<double>(took.count()) / 1000);
    if (!arguments.request.into.empty())
        fmt::print(
            "next: start PostgreSQL on it, run `mindspace keys rotate --now` where the auth role runs, empty "
            "Redis (FLUSHALL), and start the nodes\n");
    return 0;
}

std::string show_outcome(const backup::JobStatus& job) {
    if (job.error.empty()) return fmt::format("{} (took {} ms)", show_time(job.succeeded_at), job.milliseconds);
    return fmt::format("{}; failed at {}: {}", show_time(job.succeeded_at), show_time(job.failed_at), job.error);
}

int show_status(const CommandLine& line, bool as_metrics) {
    const auto config = load_for_owner(line);
    const backup::Layout layout(config);
    const auto status = backup::read_status(layout.status());
    if (as_metrics) {
        telemetry::Page page;
        backup::describe(status, std::nullopt, page);
        std::cout << page.text();
        return 0;
    }
    std::cout << "repository: " << (layout.is_embedded ? layout.repository : layout.config_file).native() << '\n'
              << "last backup: " << show_outcome(status.create) << '\n'
              << "last proven by a restore: " << show_outcome(status.verify) << '\n';
    return status.create.error.empty() && status.verify.error.empty() ? 0 : EX_UNAVAILABLE;
}

}  // namespace

void add_backup_command(CLI::App& cli, CommandLine& line) {
    auto* backups = cli.add_subcommand("backup", "Make, list, prove and restore backups");
    backups->require_subcommand(1);

    auto kind = std::make_shared<backup::Kind>(backup::Kind::full);
    auto* create = add_command(*backups, line, "create", "Make a backup");
    create->add_flag_callback(
        "--incremental", [kind] { *kind = backup::Kind::incremental; },
        "Only what changed since the last one, if there is one");
    create->callback([&line, kind] { line.action = [&line, kind] { return create_backup(line, *kind); }; });

    add_command(*backups, line, "list", "List the backups of the repository")->callback([&line] {
        line.action = [&line] { return list_backups(line); };
    });

    add_command(*backups, line, "verify",
                "Restore the newest backup beside the running database, and compare every table")
        ->callback([&line] { line.action = [&line] { return verify_backups(line); }; });

    auto arguments = std::make_shared<RestoreArguments>();
    auto* restore =
        add_command(*backups, line, "restore", "Restore the database, as a whole; the program must not run");
    restore->add_option("--to", arguments->to, "Point in time, such as 2026-11-30T12:00:00Z; default: the last change");
    restore->add_option("--timeline", arguments->request.target.timeline,
                        "After earlier restores: the history to follow; default: the latest");
    restore->add_option("--into", arguments->into,
                        "Leave the restored cluster in this directory, and change nothing else");
    restore->add_flag_callback(
        "--accept-loss", [arguments] { arguments->request.gaps = backup::Gaps::accept; },
        "If a part of the write-ahead log is missing, restore up to it");
    restore->callback(
        [&line, arguments] { line.action = [&line, arguments] { return restore_backup(line, *arguments); }; });

    auto as_metrics = std::make_shared<bool>(false);
    auto* status = add_command(*backups, line, "status", "Show when a backup was last made, and last proven");
    status->add_flag("--metrics", *as_metrics, "As metrics, for node_exporter's textfile collector");
    status->callback(
        [&line, as_metrics] { line.action = [&line, as_metrics] { return show_status(line, *as_metrics); }; });
}

}  // namespace mindspace::app
