#include "app/process/handover.h"

#include "app/embedded/data_directory.h"
#include "app/embedded/leftover.h"
#include "app/embedded/socket_directory.h"
#include "app/process/startup_error.h"
#include "platform/base/file_descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace mindspace::app {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

const StopPlan kPostgresPlan = {{SIGINT, 30s}, {SIGQUIT, 5s}};
const StopPlan kRedisPlan = {{SIGTERM, 10s}};

[[noreturn]] void throw_handover_failed(const fs::path& path, std::string_view what) {
    throw StartupError(EX_CONFIG, fmt::format("cannot use {}: {}", path.native(), what));
}

std::vector<std::string> names_in(int directory, const fs::path& path) {
    const std::unique_ptr<DIR, decltype(&::closedir)> stream(::fdopendir(::dup(directory)), &::closedir);
    if (!stream) throw_handover_failed(path, std::strerror(errno));
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(stream.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

// The content of a directory is handed over before the directory, so that its owner shows whether everything is done.
// The former account may have put anything there: symbolic links are not followed, and a file with several hard links
// may belong to any user.
void change_owner(int parent, const std::string& name, const fs::path& path, const Account& owner) {
    const FileDescriptor entry(::openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!entry.is_open() || ::fstat(entry.get(), &status) != 0) throw_handover_failed(path, std::strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        const FileDescriptor directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!directory.is_open()) throw_handover_failed(path, std::strerror(errno));
        for (const auto& below : names_in(directory.get(), path))
            change_owner(directory.get(), below, path / below, owner);
    } else if (S_ISREG(status.st_mode) && status.st_nlink > 1) {
        throw_handover_failed(path, "it has a second name elsewhere; remove one of them");
    }
    if (::fchownat(entry.get(), "", owner.user, owner.group, AT_EMPTY_PATH) != 0)
        throw_handover_failed(path, std::strerror(errno));
}

void change_owner(const fs::path& path, const Account& owner) {
    change_owner(AT_FDCWD, path.native(), path, owner);
}

// Servers that a killed program left behind run as the former account, and the new account may not signal them.
void stop_leftovers(const fs::path& root) {
    const auto stop = [](const fs::path& pid_file, std::string_view program, const fs::path& directory,
                         const StopPlan& plan) {
        if (const auto pid = find_leftover(pid_file, program, directory)) stop_leftover(*pid, program, directory, plan);
    };
    const auto cluster = root / "postgres/data";
    stop(cluster / "postmaster.pid", "postgres", cluster, kPostgresPlan);
    stop(root / "redis/redis.pid", "redis-server", root / "redis", kRedisPlan);
}

// Parent directories that root creates are accessible to all accounts.
void make_parents(const fs::path& path) {
    const auto parent = path.parent_path();
    if (fs::exists(parent)) return;
    make_parents(parent);
    if (::mkdir(parent.c_str(), 0755) != 0 || ::chmod(parent.c_str(), 0755) != 0)
        throw_handover_failed(parent, std::strerror(errno));
}

bool contains_only_logs(const fs::path& path) {
    return std::ranges::all_of(fs::directory_iterator(path), [](const fs::directory_entry& entry) {
        const auto name = entry.path().filename().native();
        return entry.symlink_status().type() == fs::file_type::regular && name.starts_with("mindspace") &&
               name.ends_with(".log");
    });
}

// The folders of a repository of pgBackRest.
bool contains_only_backups(const fs::path& path) {
    return std::ranges::all_of(fs::directory_iterator(path), [](const fs::directory_entry& entry) {
        const auto name = entry.path().filename();
        return name == "archive" || name == "backup" || name == "lost+found";
    });
}

bool belongs_to(const fs::path& path, uid_t user) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && status.st_uid == user;
}

}  // namespace

void hand_over_data(const fs::path& path, const Account& owner) {
    if (owner == current_account()) return;
    const auto root = DataDirectory::resolve(path);
    try {
        make_parents(root);
        if (!fs::exists(root)) ensure_owned_directory(root, 0700, owner);
    } catch (const fs::filesystem_error& error) {
        throw_handover_failed(root, error.code().message());
    }
    require_reachable(root, owner);
    if (belongs_to(root, current_account().user)) {
        const LockedDirectory locked(root);
        stop_leftovers(root);
        change_owner(root, owner);
    }
    const auto sockets = choose_socket_directory(root / "run");
    if (sockets == root / "run") return;
    if (belongs_to(sockets, current_account().user) || !fs::exists(sockets))
        return ensure_owned_directory(sockets, 0700, owner);
    change_owner(sockets, owner);
}

void hand_over_backups(const fs::path& path, const Account& owner) {
    if (path.empty() || owner == current_account()) return;
    const auto directory = DataDirectory::resolve(path);
    make_parents(directory);
    if (!fs::exists(directory)) return ensure_owned_directory(directory, 0700, owner);
    if (belongs_to(directory, current_account().user) && contains_only_backups(directory))
        change_owner(directory, owner);
}

void hand_over_logs(const fs::path& path, const Account& owner) {
    if (path.empty() || owner == current_account()) return;
    const auto directory = fs::weakly_canonical(fs::absolute(path));
    make_parents(directory);
    if (!fs::exists(directory)) return ensure_owned_directory(directory, 0750, owner);
    if (belongs_to(directory, current_account().user) && contains_only_logs(directory)) change_owner(directory, owner);
}

}  // namespace mindspace::app
