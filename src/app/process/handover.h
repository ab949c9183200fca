#pragma once
// What root does for the account that the program runs as, before it becomes that account: makes the directories that
// the account could not, and gives it what earlier programs have left to root or to another account of theirs. Does
// nothing when we are that account already. Blocking.

#include "app/process/account.h"

#include <filesystem>

namespace mindspace::app {

// The data directory at `path`. Servers that were left behind under another account are stopped. StartupError when the
// directory belongs to another account, is in use, or holds what no program of ours has made.
void hand_over_data(const std::filesystem::path& path, const Account& owner);

// The directory of the log files; one that holds other things is left as it is.
void hand_over_logs(const std::filesystem::path& path, const Account& owner);

}  // namespace mindspace::app
