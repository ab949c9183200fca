#pragma once
// When the jobs of the backups last succeeded and failed: a file that each job updates, and that the metrics, the
// schedule, `mindspace backup status` and the doctor read. It is lost with the data directory; the backups are not.

#include "platform/json/schema.h"

#include <filesystem>
#include <optional>
#include <string>

namespace mindspace::app::backup {

struct JobStatus {
    std::optional<Timestamp> succeeded_at{};
    std::optional<Timestamp> failed_at{};
    std::int64_t failures = 0;
    std::int64_t milliseconds = 0;  // that the last successful run took
    std::string error;              // of the last run; empty if it succeeded

    static constexpr std::string_view kName = "JobStatus";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{field("succeededAt", &JobStatus::succeeded_at, {.optional = true}),
                          field("failedAt", &JobStatus::failed_at, {.optional = true}),
                          field("failures", &JobStatus::failures), field("milliseconds", &JobStatus::milliseconds),
                          field("error", &JobStatus::error, {.text = schema::Text::prose})};
    }
};

struct Status {
    JobStatus create;
    JobStatus verify;
    std::optional<Timestamp> full_at{};  // the last full backup; absent: the next one is full
    std::int64_t database_bytes = 0;     // the size of the database in the last backup
    std::int64_t stored_bytes = 0;       // that all backups take in the repository
    std::int64_t missing_segments =
        0;  // of the write-ahead log since the oldest backup, ten at most; by the last proof

    static constexpr std::string_view kName = "BackupStatus";
    static constexpr auto fields() {
        using schema::field;
        return std::tuple{field("create", &Status::create),
                          field("verify", &Status::verify),
                          field("fullAt", &Status::full_at, {.optional = true}),
                          field("databaseBytes", &Status::database_bytes),
                          field("storedBytes", &Status::stored_bytes),
                          field("missingSegments", &Status::missing_segments)};
    }
};

// An empty status if there is no such file, or an invalid one.
Status read_status(const std::filesystem::path& file);
// Throws std::system_error.
void write_status(const std::filesystem::path& file, const Status& status);

}  // namespace mindspace::app::backup
