#pragma once
// The work of root for the account that the program runs as, before switching to it: creates the directories that the
// account could not create, and gives it the files that earlier programs left to root or to another of their accounts.
// No effect if it is already the current account. Blocking.

#include "app/process/account.h"

#include <filesystem>

namespace mindspace::app {

// Hands over the data directory at `path`. Stops servers that were left behind under another account. Throws
// StartupError if the directory belongs to another account, is in use, or contains files that none of our programs
// created.
void hand_over_data(const std::filesystem::path& path, const Account& owner);

// Hands over the directory of the backups, such as a copy that root brought to a new machine; one that contains other
// files is left unchanged.
void hand_over_backups(const std::filesystem::path& path, const Account& owner);

// Hands over the directory of the log files; one that contains other files is left unchanged.
void hand_over_logs(const std::filesystem::path& path, const Account& owner);

}  // namespace mindspace::app
