#include "app/commands/doctor/subjects.h"
#include "app/process/backends.h"

#include <fmt/format.h>

namespace mindspace::app::doctor {

namespace {

constexpr std::uintmax_t kMebibyte = 1024 * 1024;
constexpr std::uintmax_t kTooLittle = 256 * kMebibyte;  // a few WAL segments of PostgreSQL
constexpr std::uintmax_t kLittle = 2048 * kMebibyte;

void check_directory(const std::filesystem::path& path, Checks& checks) {
    std::error_code failure;
    const auto space = std::filesystem::space(path, failure);
    if (!failure) return check_space(path, space, checks);
    // With servers of its own the program creates it at its first start.
    checks.warning("disk.space", fmt::format("{} cannot be examined: {}", path.native(), failure.message()),
                   "start the program once, or run the doctor on its machine, with its settings");
}

}  // namespace

void check_space(const std::filesystem::path& path, const std::filesystem::space_info& space, Checks& checks) {
    const auto finding = fmt::format("the file system of {} has {} of {} MiB available", path.native(),
                                     space.available / kMebibyte, space.capacity / kMebibyte);
    const auto* advice = "delete files, or give it a larger disk; PostgreSQL stops when its disk is full";
    if (space.available < kTooLittle)
        checks.fault("disk.space", finding, advice);
    else if (space.available < kLittle || space.available < space.capacity / 20)
        checks.warning("disk.space", finding, advice);
    else
        checks.ok("disk.space", finding);
}

void check_disk(const Config& config, Checks& checks) {
    check_directory(data_root(config), checks);
    if (!config.log.options.directory.empty()) check_directory(config.log.options.directory, checks);
}

}  // namespace mindspace::app::doctor
