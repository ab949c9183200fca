#pragma once
// Which system account the embedded servers run as, and directories that belong to it. PostgreSQL refuses to run as
// root, so root starts the servers as somebody who may do less.

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace mindspace::app {

struct Account {
    uid_t user;
    gid_t group;

    bool operator==(const Account&) const = default;
};

// The account of this process.
Account own_account();

// Ours, unless we are root: then the owner of `existing` if that is there (whoever wrote the data goes on with it),
// else "postgres", else "nobody". StartupError if there is none.
Account server_account(const std::filesystem::path& existing);

// The name of a user for messages; its number if it has no name.
std::string user_name(uid_t user);

// Makes sure that the directory `path` exists, is no symbolic link, and has exactly this owner and mode. Its parent
// must be writable for us only (or be sticky). StartupError if somebody else made it before us.
void own_directory(const std::filesystem::path& path, mode_t mode, const Account& owner);

// StartupError with the name of the first parent of `path` that `account` may not pass through.
void require_reachable(const std::filesystem::path& path, const Account& account);

}  // namespace mindspace::app
