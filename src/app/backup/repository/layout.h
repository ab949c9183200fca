#pragma once
// The files of the backups, below a data directory:
//
//   <data>/backup/pgbackrest.conf   how pgBackRest backs the embedded PostgreSQL up; written at each start
//   <data>/backup/settings.toml     the settings of the running program, for its jobs and for the backup
//   <data>/backup/status.json       when the jobs last succeeded (status.h)
//   <data>/backup/repository        the backups, unless backup.directory is elsewhere
//   <data>/backup/scratch           where a backup is restored to prove it
// All of it is private to the account of the program.

#include "app/settings/settings.h"

#include <filesystem>

namespace mindspace::app::backup {

struct Layout {
    explicit Layout(const Config& config);

    std::filesystem::path data;  // the data directory
    std::filesystem::path home;  // below it
    std::filesystem::path repository;
    std::filesystem::path config_file;
    bool is_embedded;  // the backed up PostgreSQL is ours, not one that backup.config_file describes

    [[nodiscard]] std::filesystem::path settings() const { return home / "settings.toml"; }
    [[nodiscard]] std::filesystem::path status() const { return home / "status.json"; }
    [[nodiscard]] std::filesystem::path job_lock() const { return home / "job.lock"; }
    [[nodiscard]] std::filesystem::path scratch() const { return home / "scratch"; }
    [[nodiscard]] std::filesystem::path log(const char* name) const { return home / "log" / name; }
    [[nodiscard]] std::filesystem::path cluster() const { return data / "postgres" / "data"; }
    // Files that are backed up with the cluster because they are in its directory (contents.h).
    [[nodiscard]] std::filesystem::path contents() const { return cluster() / "mindspace"; }

    // Creates the directories. Throws StartupError.
    void create() const;
    // Whether the backups are on the file system of the cluster: one failed disk takes both.
    [[nodiscard]] bool shares_disk() const;
};

}  // namespace mindspace::app::backup
