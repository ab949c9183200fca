#pragma once
// pgBackRest, the program that makes, checks and restores the backups, and archives the write-ahead log: for the
// embedded PostgreSQL with a configuration that we write, for others with their operator's. Calls block until it has
// ended; main thread only (child_process.h). Failures are StartupError with its own words.

#include "app/backup/repository/backup_list.h"
#include "app/backup/repository/layout.h"
#include "app/embedded/child_process.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mindspace::app::backup {

// Where a restore ends: at a time, at a restore point, or else at the end of what was archived.
struct Target {
    std::optional<Timestamp> time{};
    std::string restore_point{};
    std::string timeline{};  // empty: the latest
};

class PgBackRest {
public:
    // Throws StartupError (EX_UNAVAILABLE) if it is not installed.
    PgBackRest(const Config& config, Layout layout);

    // Writes the configuration for the embedded PostgreSQL, and creates its directories.
    void write_configuration(const Config& config) const;
    // The setting archive_command of PostgreSQL.
    [[nodiscard]] std::string archive_command() const;

    // Creates the repository's folders for the database.
    void create_stanza() const;
    void backup(Kind kind) const;
    [[nodiscard]] Repository info() const;
    // Reads every file of the repository; returns the lines about those that are damaged.
    [[nodiscard]] std::vector<std::string> damaged_files() const;
    // The segments that a restore of `backup` would miss.
    [[nodiscard]] std::vector<std::string> missing_segments(const Repository& repository, const Backup& backup) const;
    // Writes the data directory of a cluster that recovers by itself when it is started.
    void restore(const std::filesystem::path& directory, const Target& target) const;
    // Archives the histories of timelines that the embedded cluster has begun and not archived yet. PostgreSQL does so
    // at its start, too, but a queue that is too long is dropped, and these with it.
    void archive_histories() const;

private:
    [[nodiscard]] std::vector<std::string> command(const char* name, std::vector<std::string> options) const;
    // How it ended, and its output.
    [[nodiscard]] std::pair<ChildEnd, std::string> execute(const std::vector<std::string>& arguments) const;
    std::string run(const char* name, std::vector<std::string> options) const;

    Layout layout_;
    std::string stanza_;
    std::filesystem::path program_;
};

}  // namespace mindspace::app::backup
