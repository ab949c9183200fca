#pragma once
// Which system account the program and its embedded servers run as, and directories that belong to it. Started as root
// the program becomes an account of its own, as soon as it has what only root can have.

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

// Whom the program runs as: ourselves, unless we are root. Then `user`, or, if that is empty, "mindspace", which is
// made (useradd) where it does not exist. Never root, nor "nobody", which other programs use. StartupError.
Account program_account(const std::string& user);

// The owner of `path`; our own account if it does not exist.
Account owner_of(const std::filesystem::path& path);

// For servers that a root who stays root starts: the owner of `existing` if that is there, else program_account().
Account server_account(const std::filesystem::path& existing);

// Becomes that account for good, with its groups and its home; nothing when we are it. No program that is started later
// can get more rights, and only root can look into our memory. Before any thread is started. StartupError.
void become(const Account& account);

// The name of a user for messages; its number if it has no name.
std::string user_name(uid_t user);

// Makes sure that the directory `path` exists, is no symbolic link, and has exactly this owner and mode. Its parent
// must be writable for us only (or be sticky). StartupError if somebody else made it before us.
void own_directory(const std::filesystem::path& path, mode_t mode, const Account& owner);

// StartupError with the name of the first parent of `path` that `account` may not pass through.
void require_reachable(const std::filesystem::path& path, const Account& account);

}  // namespace mindspace::app
