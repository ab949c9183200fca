#include "app/embedded/account.h"

#include "app/embedded/startup_error.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mindspace::app {

namespace {

[[noreturn]] void throw_unusable(const std::filesystem::path& path, std::string_view what) {
    throw StartupError(EX_CONFIG, fmt::format("cannot use {}: {}", path.native(), what));
}

}  // namespace

Account own_account() {
    return Account{.user = ::geteuid(), .group = ::getegid()};
}

Account server_account(const std::filesystem::path& existing) {
    if (::geteuid() != 0) return own_account();
    struct stat status{};
    if (::lstat(existing.c_str(), &status) == 0 && status.st_uid != 0) {
        return Account{.user = status.st_uid, .group = status.st_gid};
    }
    for (const char* name : {"postgres", "nobody"}) {
        if (const passwd* entry = ::getpwnam(name)) return Account{.user = entry->pw_uid, .group = entry->pw_gid};
    }
    throw StartupError(
        EX_CONFIG,
        "PostgreSQL does not run as root, and there is neither a user \"postgres\" nor \"nobody\" to run "
        "it as: add one (useradd --system postgres), or start as an ordinary user");
}

std::string user_name(uid_t user) {
    const passwd* entry = ::getpwuid(user);
    return entry ? std::string(entry->pw_name) : fmt::format("user id {}", user);
}

void own_directory(const std::filesystem::path& path, mode_t mode, const Account& owner) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_unusable(path, std::strerror(errno));
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) throw_unusable(path, std::strerror(errno));
    if (!S_ISDIR(status.st_mode)) throw_unusable(path, "it is not a directory; move it away");
    // Ours is as good as the owner's: an earlier start may have been killed between mkdir and chown.
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
    if (account == own_account()) return;
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
                                           "{}\", or choose another place with MINDSPACE_DATA_DIR",
                                           user_name(account.user), prefix.native(), prefix.native()));
        }
    }
}

}  // namespace mindspace::app
