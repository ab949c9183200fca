#include "app/embedded/data_directory.h"

#include "app/process/account.h"
#include "app/process/startup_error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

namespace mindspace::app {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kLockName = "mindspace.lock";
constexpr std::string_view kElsewhere = "choose another directory with MINDSPACE_DATA_DIR";

// For root, the mode must let the account of the servers pass; the private entries inside have their own modes.
mode_t root_mode() {
    return ::geteuid() == 0 ? 0755 : 0700;
}

[[noreturn]] void refuse(const fs::path& path, std::string_view reason, std::string_view advice) {
    throw StartupError(EX_CONFIG,
                       fmt::format("cannot use {} as data directory: {}; {}", path.native(), reason, advice));
}

// Creates `path` and its missing parents. Their modes do not depend on the umask: with 077 the servers that root starts
// could not reach their data.
void create_with_parents(const fs::path& path) {
    if (fs::exists(path.parent_path())) {
        if (::mkdir(path.c_str(), 0700) != 0) refuse(path, std::strerror(errno), kElsewhere);
        if (::chmod(path.c_str(), root_mode()) != 0) refuse(path, std::strerror(errno), kElsewhere);
        return;
    }
    create_with_parents(path.parent_path());
    create_with_parents(path);
}

bool is_empty_directory(const fs::path& path) {
    return std::ranges::all_of(fs::directory_iterator(path), [](const fs::directory_entry& entry) {
        return entry.path().filename() == "lost+found";
    });
}

// An existing directory must be ours and private; an empty one is made so.
void check_existing(const fs::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) refuse(path, std::strerror(errno), kElsewhere);
    if (!S_ISDIR(status.st_mode)) refuse(path, "it is not a directory", kElsewhere);
    if (status.st_uid != ::geteuid()) {
        const std::string owner = user_name(status.st_uid);
        refuse(path, fmt::format("it belongs to {}", owner), fmt::format("start as {}, or {}", owner, kElsewhere));
    }
    if (is_empty_directory(path) && (status.st_mode & S_ISVTX) == 0) {
        if (::chmod(path.c_str(), root_mode()) != 0) refuse(path, std::strerror(errno), kElsewhere);
        return;
    }
    if (!fs::exists(path / kLockName)) refuse(path, "it contains other files", kElsewhere);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        refuse(path, "other users can write to it", fmt::format("run \"chmod go-w {}\"", path.native()));
    }
}

}  // namespace

fs::path DataDirectory::default_path() {
    if (::geteuid() == 0) return "/var/lib/mindspace";
    // Relative paths in XDG variables must be ignored (XDG Base Directory, "Environment variables").
    const char* data_home = std::getenv("XDG_DATA_HOME");
    if (data_home && *data_home == '/') return fs::path(data_home) / "mindspace";
    const char* home = std::getenv("HOME");
    if (home && *home == '/') return fs::path(home) / ".local/share/mindspace";
    throw StartupError(EX_CONFIG, "HOME is not set: set MINDSPACE_DATA_DIR");
}

fs::path DataDirectory::resolve(const fs::path& path) {
    auto resolved = fs::weakly_canonical(fs::absolute(path));
    return resolved.has_filename() ? resolved : resolved.parent_path();
}

LockedDirectory::LockedDirectory(const fs::path& path) {
    try {
        root_ = DataDirectory::resolve(path);
        if (fs::exists(root_)) {
            check_existing(root_);
        } else {
            create_with_parents(root_);
        }
    } catch (const fs::filesystem_error& error) {
        refuse(path, error.code().message(), kElsewhere);
    }
    lock();
}

DataDirectory::DataDirectory(const fs::path& path) : LockedDirectory(path) {
    for (const auto& private_directory : {keys(), mail(), log()})
        ensure_owned_directory(private_directory, 0700, current_account());
}

// The lock belongs to the open file, not to its content: it is released as soon as our process ends, regardless of how.
void LockedDirectory::lock() {
    const fs::path path = root_ / kLockName;
    lock_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock_.is_open()) refuse(root_, std::strerror(errno), kElsewhere);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) refuse(root_, std::strerror(errno), kElsewhere);
        std::string pid = "?";  // until the other process has written it
        std::ifstream(path) >> pid;
        throw StartupError(EX_UNAVAILABLE,
                           fmt::format("the data directory {} is in use by process {}: stop that first, or {}",
                                       root_.native(), pid, kElsewhere));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(lock_.get(), 0) != 0 || ::pwrite(lock_.get(), pid.data(), pid.size(), 0) < 0) {
        refuse(root_, std::strerror(errno), kElsewhere);
    }
}

}  // namespace mindspace::app
