#include "app/embedded/find_program.h"

#include "app/process/startup_error.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <ranges>
#include <string>
#include <system_error>

namespace mindspace::app {

namespace fs = std::filesystem;

namespace {

constexpr int kOldestMajor = 15;
constexpr const char* kVersions = "/usr/lib/postgresql";
constexpr std::string_view kDefaultSearchPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin";

// Also false for files that we may not access: a PATH can contain other users' directories.
bool is_executable(const fs::path& path) {
    std::error_code unreadable;
    return fs::is_regular_file(path, unreadable) && ::access(path.c_str(), X_OK) == 0;
}

bool has_postgres(const fs::path& directory) {
    return is_executable(directory / "postgres") && is_executable(directory / "initdb");
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && rest == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

// The major version that created an existing cluster.
std::optional<int> written_by(const fs::path& data) {
    std::string text;
    std::getline(std::ifstream(data / "PG_VERSION"), text);
    return number(text);
}

std::optional<int> newest_installed() {
    std::optional<int> newest;
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(kVersions, absent)) {
        const auto major = number(entry.path().filename().native());
        if (major && has_postgres(entry.path() / "bin")) newest = std::max(newest.value_or(0), *major);
    }
    return newest;
}

}  // namespace

std::optional<fs::path> find_program(std::string_view name) {
    const char* own = std::getenv("PATH");
    const std::string search_path = fmt::format("{}:{}", own ? own : "", kDefaultSearchPath);
    for (const auto part : std::views::split(search_path, ':')) {
        const fs::path candidate = fs::path(std::string_view(part)) / name;
        if (candidate.is_absolute() && is_executable(candidate)) return candidate;
    }
    return std::nullopt;
}

fs::path find_postgres_binaries(const fs::path& data) {
    const auto wanted = written_by(data);
    const auto major = wanted ? wanted : newest_installed();
    if (major && *major >= kOldestMajor) {
        const fs::path directory = fs::path(kVersions) / std::to_string(*major) / "bin";
        if (has_postgres(directory)) return directory;
    }
    if (const auto program = find_program("postgres")) {
        // The program may be a symbolic link into the directory with the other programs.
        for (const fs::path& directory : {program->parent_path(), fs::canonical(*program).parent_path()}) {
            if (has_postgres(directory)) return directory;
        }
    }
    if (wanted) {
        throw StartupError(EX_UNAVAILABLE,
                           fmt::format("{} was written by PostgreSQL {}, which is not installed: install it, "
                                       "or move the data on with pg_upgrade",
                                       data.native(), *wanted));
    }
    throw StartupError(EX_UNAVAILABLE,
                       fmt::format("PostgreSQL {} or newer was not found: install it (on Debian: apt install "
                                   "postgresql), or give the URL of one that runs already",
                                   kOldestMajor));
}

}  // namespace mindspace::app
