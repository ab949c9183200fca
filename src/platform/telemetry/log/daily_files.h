#pragma once
// The log's files: "mindspace_2026-11-23.log" for each day (UTC), continued in "mindspace_2026-11-23.1.log" and so on
// when a file is large. The oldest are removed by age and by the size of all together. Several processes may write to
// the same files, and other programs may move or remove them. Not thread-safe.

#include "platform/base/time.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::log {

struct FileLimits {
    std::uint32_t days = 30;
    std::uint64_t bytes = std::uint64_t{4} << 30;  // of all files together; a file is continued at an eighth of it
};

class DailyFiles {
public:
    // Opens the file of `now` and removes old ones. Throws std::system_error.
    DailyFiles(std::filesystem::path directory, std::string stem, FileLimits limits, Timestamp now);
    ~DailyFiles();

    DailyFiles(const DailyFiles&) = delete;
    DailyFiles& operator=(const DailyFiles&) = delete;

    // Appends complete lines. Throws std::system_error if the file cannot be opened or written.
    void write(std::string_view lines, Timestamp now);
    // Opens another file if the day has ended, or the open one is full or removed.
    void roll(Timestamp now);
    // Opens the file anew: its name may belong to another file by now.
    void reopen(Timestamp now);

private:
    struct File {
        LocalDate date;
        std::uint32_t part;
        std::filesystem::path path;
        std::uint64_t bytes;
    };

    [[nodiscard]] std::vector<File> files_by_age() const;
    [[nodiscard]] std::filesystem::path path_of(LocalDate date, std::uint32_t part) const;
    void remove_old(LocalDate today, const std::filesystem::path& open) const;

    std::filesystem::path directory_;
    std::string stem_;
    FileLimits limits_;
    int file_ = -1;
    LocalDate date_{};   // of the open file
    bool torn_ = false;  // whether the last line is incomplete
};

}  // namespace mindspace::log
