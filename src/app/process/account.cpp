#include "app/process/account.h"

#include "app/embedded/find_program.h"
#include "app/process/startup_error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ranges>
#include <string_view>
#include <vector>

namespace mindspace::app {

namespace {

[[noreturn]] void throw_unusable(const std::filesystem::path& path, std::string_view what) {
    throw StartupError(EX_CONFIG, fmt::format("cannot use {}: {}", path.native(), what));
}

constexpr const char* kDefaultUser = "mindspace";
constexpr std::string_view kCreateDefaultUser =
    "useradd --system --user-group --no-create-home --home-dir /var/lib/mindspace --shell /usr/sbin/nologin mindspace";

// Another process may do the same concurrently: all that counts is that the user exists in the end, not the result of
// useradd.
void make_own_user() {
    const auto program = find_program("useradd");
    if (!program) return;
    std::vector<std::string> words;
    for (const auto word : std::views::split(kCreateDefaultUser, ' ')) words.emplace_back(word.begin(), word.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t silent;
    ::posix_spawn_file_actions_init(&silent);
    for (const int output : {STDOUT_FILENO, STDERR_FILENO})
        ::posix_spawn_file_actions_addopen(&silent, output, "/dev/null", O_WRONLY, 0);
    pid_t process = 0;
    if (::posix_spawn(&process, program->c_str(), &silent, nullptr, arguments.data(), environ) == 0)
        ::waitpid(process, nullptr, 0);
    ::posix_spawn_file_actions_destroy(&silent);
}

Account checked(const passwd& entry) {
    constexpr uid_t kNobody = 65534;
    if (entry.pw_uid == 0 || entry.pw_uid == kNobody)
        throw StartupError(EX_CONFIG, fmt::format("process.user must be a dedicated account, not {}", entry.pw_name));
    return Account{.user = entry.pw_uid, .group = entry.pw_gid};
}

[[noreturn]] void throw_switch_failed(const Account& account, std::string_view step) {
    const int reason = errno;  // user_name() changes it
    throw StartupError(EX_CONFIG, fmt::format("cannot switch to {} ({}: {}); start as that user instead",
                                              user_name(account.user), step, std::strerror(reason)));
}

// Whether the process cannot switch back to another account.
bool is_only(const Account& account) {
    std::array<uid_t, 3> users{};
    std::array<gid_t, 3> groups{};
    if (::getresuid(&users[0], &users[1], &users[2]) != 0 || ::getresgid(&groups[0], &groups[1], &groups[2]) != 0)
        return false;
    for (const auto user : users)
        if (user != account.user) return false;
    for (const auto group : groups)
        if (group != account.group) return false;
    return ::setresuid(0, 0, 0) != 0 && ::setresgid(0, 0, 0) != 0;
}

}  // namespace

Account current_account() {
    return Account{.user = ::geteuid(), .group = ::getegid()};
}

Account owner_of(const std::filesystem::path& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return current_account();
    return Account{.user = status.st_uid, .group = status.st_gid};
}

Account server_account(const std::filesystem::path& existing) {
    if (::geteuid() != 0) return current_account();
    const auto owner = owner_of(existing);
    return owner.user != 0 ? owner : program_account({});
}

Account program_account(const std::string& user) {
    const passwd* entry = nullptr;
    if (::geteuid() != 0) {
        entry = user.empty() ? nullptr : ::getpwnam(user.c_str());
        if (user.empty() || (entry != nullptr && entry->pw_uid == ::geteuid())) return current_account();
        throw StartupError(EX_CONFIG,
                           fmt::format("process.user is {}, but the program was started by {}: start it as {} "
                                       "or as root",
                                       user, user_name(::geteuid()), user));
    }
    if (!user.empty()) {
        entry = ::getpwnam(user.c_str());
        if (entry == nullptr) throw StartupError(EX_CONFIG, fmt::format("process.user: user {} does not exist", user));
        return checked(*entry);
    }
    entry = ::getpwnam(kDefaultUser);
    if (entry == nullptr) {
        make_own_user();
        entry = ::getpwnam(kDefaultUser);
    }
    if (entry == nullptr)
        throw StartupError(EX_CONFIG, fmt::format("started as root, but user {} does not exist: run \"{}\", "
                                                  "name another with process.user, or start as an ordinary user",
                                                  kDefaultUser, kCreateDefaultUser));
    return checked(*entry);
}

void switch_account(const Account& account) {
    if (account == current_account()) return;
    const passwd* entry = ::getpwuid(account.user);
    if (entry == nullptr) throw StartupError(EX_CONFIG, fmt::format("user id {} has no name", account.user));
    int parent_death_signal = 0;  // possibly set by our supervisor; a change of account clears it
    ::prctl(PR_GET_PDEATHSIG, &parent_death_signal);
    if (::initgroups(entry->pw_name, account.group) != 0) throw_switch_failed(account, "initgroups");
    if (::setresgid(account.group, account.group, account.group) != 0) throw_switch_failed(account, "setresgid");
    if (::setresuid(account.user, account.user, account.user) != 0) throw_switch_failed(account, "setresuid");
    if (!is_only(account)) throw StartupError(EX_CONFIG, "cannot drop root privileges");
    ::prctl(PR_SET_PDEATHSIG, parent_death_signal);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw_switch_failed(account, "PR_SET_NO_NEW_PRIVS");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw_switch_failed(account, "PR_SET_DUMPABLE");
    // Root's files there are no longer accessible to us.
    ::setenv("HOME", entry->pw_dir, 1);
    for (const char* variable : {"USER", "LOGNAME"}) ::setenv(variable, entry->pw_name, 1);
    for (const char* variable : {"XDG_RUNTIME_DIR", "XDG_DATA_HOME"}) ::unsetenv(variable);
}

std::string user_name(uid_t user) {
    const passwd* entry = ::getpwuid(user);
    return entry ? std::string(entry->pw_name) : fmt::format("user id {}", user);
}

void ensure_owned_directory(const std::filesystem::path& path, mode_t mode, const Account& owner) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_unusable(path, std::strerror(errno));
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) throw_unusable(path, std::strerror(errno));
    if (!S_ISDIR(status.st_mode)) throw_unusable(path, "it is not a directory; move it away");
    // Our account is as acceptable as the owner's: an earlier start may have been killed between mkdir and chown.
    if (status.st_uid != owner.user && status.st_uid != ::geteuid()) {
        throw_unusable(path, fmt::format("it belongs to {}, not to {}; give it back with chown, or move it away",
                                         user_name(status.st_uid), user_name(owner.user)));
    }
    const Account found{.user = status.st_uid, .group = status.st_gid};
    if (::geteuid() == 0 && found != owner && ::lchown(path.c_str(), owner.user, owner.group) != 0) {
        throw_unusable(path, std::strerror(errno));
    }
    if ((status.st_mode & 07777) != mode && ::chmod(path.c_str(), mode) != 0)
        throw_unusable(path, std::strerror(errno));
}

void require_reachable(const std::filesystem::path& path, const Account& account) {
    if (account == current_account()) return;
    std::filesystem::path prefix;
    for (const auto& part : path.parent_path()) {
        prefix /= part;
        struct stat status{};
        if (::stat(prefix.c_str(), &status) != 0) throw_unusable(prefix, std::strerror(errno));
        const mode_t needed = status.st_uid == account.user    ? S_IXUSR
                              : status.st_gid == account.group ? S_IXGRP
                                                               : S_IXOTH;
        if ((status.st_mode & needed) == 0) {
            throw StartupError(EX_CONFIG,
                               fmt::format("the servers run as {}, who may not pass through {}: run \"chmod o+x "
                                           "{}\", or choose another directory with MINDSPACE_DATA_DIR",
                                           user_name(account.user), prefix.native(), prefix.native()));
        }
    }
}

}  // namespace mindspace::app
