#pragma once
// The directory of the embedded servers' sockets. Every process that can enter it can use the servers: its mode is the
// only access control, so it is private to the account they run as (and root).

#include "app/process/account.h"

#include <filesystem>

namespace mindspace::app {

// Returns `preferred`, or, if the sockets' paths there would not fit a sockaddr_un (107 bytes) or libpq would read them
// as several hosts, a short directory in /run (root), $XDG_RUNTIME_DIR or /tmp named after a hash of `preferred`.
std::filesystem::path choose_socket_directory(const std::filesystem::path& preferred);

// Creates and returns the chosen directory. Throws StartupError if another user has put something in its place.
std::filesystem::path make_socket_directory(const std::filesystem::path& preferred, const Account& owner);

}  // namespace mindspace::app
