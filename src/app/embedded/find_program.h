#pragma once
// Finds the programs of the embedded servers.

#include <filesystem>
#include <optional>
#include <string_view>

namespace mindspace::app {

// The first executable `name` in our PATH and the usual directories.
std::optional<std::filesystem::path> find_program(std::string_view name);

// The directory with `postgres` and `initdb`: of the version that wrote `data` if there is data, else the newest.
// Debian has one per version; elsewhere they are in the PATH. Throws StartupError if there is none.
std::filesystem::path find_postgres_binaries(const std::filesystem::path& data);

}  // namespace mindspace::app
