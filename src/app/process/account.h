#pragma once
// The system account that the program and its embedded servers run as, and directories that belong to it. When started
// as root, the program switches to its own account as soon as it has acquired what only root can.

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
Account current_account();

// The account that the program runs as: the current one, unless it is root. Then `user`, or, if that is empty,
// "mindspace", which is created (useradd) if it does not exist. Never root, and never "nobody", which other programs
// use. Throws StartupError.
Account program_account(const std::string& user);

// The owner of `path`; our own account if it does not exist.
Account owner_of(const std::filesystem::path& path);

// For servers that a process running as root starts: the owner of `existing` if it exists, else program_account().
Account server_account(const std::filesystem::path& existing);

// Switches to that account permanently, with its groups and its home; no effect if it is the current one. No program
// that is started later can gain more rights, and only root can read our memory. Called before any thread is started.
// Throws StartupError.
void switch_account(const Account& account);

// The name of a user for messages; the numeric id if the user has no name.
std::string user_name(uid_t user);

// Ensures that the directory `path` exists, is not a symbolic link, and has exactly this owner and mode. Its parent
// must be writable for us only (or be sticky). Throws StartupError if another user created it before us.
void ensure_owned_directory(const std::filesystem::path& path, mode_t mode, const Account& owner);

// Throws StartupError with the first parent of `path` that `account` may not traverse.
void require_reachable(const std::filesystem::path& path, const Account& account);

}  // namespace mindspace::app
