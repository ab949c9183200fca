#include "platform/telemetry/log/daily_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

namespace mindspace::log {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kParts = 8;
constexpr std::string_view kSuffix = ".log";
constexpr std::size_t kDateSize = std::tuple_size_v<DateText>;

LocalDate utc_date(Timestamp at) {
    return LocalDate(std::chrono::floor<std::chrono::days>(at).time_since_epoch());
}

// "" is part 0, ".12" is part 12.
std::optional<std::uint32_t> parse_part(std::string_view text) {
    if (text.empty()) return 0;
    if (!text.starts_with('.')) return std::nullopt;
    std::uint32_t part = 0;
    const auto [end, fault] = std::from_chars(text.data() + 1, text.data() + text.size(), part);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return part;
}

}  // namespace

DailyFiles::DailyFiles(fs::path directory, std::string stem, FileLimits limits, Timestamp now)
    : directory_(std::move(directory)), stem_(std::move(stem)), limits_(limits) {
    fs::create_directories(directory_);
    reopen(now);
}

DailyFiles::~DailyFiles() {
    if (file_ >= 0) ::close(file_);
}

// A line is written by one call where possible, so that those of several processes do not mix.
void DailyFiles::write(std::string_view lines, Timestamp now) {
    roll(now);
    if (std::exchange(torn_, false) && ::write(file_, "\n", 1) != 1) torn_ = true;
    for (bool is_begun = false; !lines.empty(); is_begun = true) {
        const auto written = ::write(file_, lines.data(), lines.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            torn_ = torn_ || is_begun;
            throw std::system_error(errno, std::generic_category(), "write to " + directory_.native());
        }
        lines.remove_prefix(static_cast<std::size_t>(written));
    }
}

void DailyFiles::roll(Timestamp now) {
    struct stat status{};
    const bool is_usable = ::fstat(file_, &status) == 0 && status.st_nlink > 0 &&
                           static_cast<std::uint64_t>(status.st_size) < limits_.bytes / kParts;
    if (!is_usable || utc_date(now) != date_) reopen(now);
}

void DailyFiles::reopen(Timestamp now) {
    const auto today = utc_date(now);
    std::uint32_t part = 0;
    for (const auto& file : files_by_age())
        if (file.date == today) part = file.bytes < limits_.bytes / kParts ? file.part : file.part + 1;
    const auto path = path_of(today, part);
    const int opened = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (opened < 0) throw std::system_error(errno, std::generic_category(), path.native());
    if (file_ >= 0) ::close(file_);
    file_ = opened;
    date_ = today;
    torn_ = false;
    remove_old(today, path);
}

fs::path DailyFiles::path_of(LocalDate date, std::uint32_t part) const {
    auto name = stem_ + '_' + format_date(date);
    if (part > 0) name += '.' + std::to_string(part);
    return directory_ / name.append(kSuffix);
}

// The oldest first.
std::vector<DailyFiles::File> DailyFiles::files_by_age() const {
    std::vector<File> files;
    for (const auto& entry : fs::directory_iterator(directory_)) {
        const auto name = entry.path().filename().native();
        std::string_view rest = name;
        if (!rest.starts_with(stem_ + '_') || !rest.ends_with(kSuffix)) continue;
        rest.remove_prefix(stem_.size() + 1);
        rest.remove_suffix(kSuffix.size());
        const auto date = parse_date(rest.substr(0, kDateSize));
        if (!date) continue;
        const auto part = parse_part(rest.substr(kDateSize));
        std::error_code is_gone;
        const auto bytes = entry.file_size(is_gone);
        if (part && !is_gone) files.push_back({*date, *part, entry.path(), bytes});
    }
    std::ranges::sort(files, {}, [](const File& file) { return std::pair(file.date, file.part); });
    return files;
}

void DailyFiles::remove_old(LocalDate today, const fs::path& open) const {
    const auto files = files_by_age();
    std::uint64_t bytes = limits_.bytes / kParts;  // to which the open one may grow
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        if (file->path == open) continue;
        bytes += file->bytes;
        std::error_code is_gone;  // another process has removed it
        if (bytes > limits_.bytes || file->date <= today - std::chrono::days(limits_.days))
            fs::remove(file->path, is_gone);
    }
}

}  // namespace mindspace::log
