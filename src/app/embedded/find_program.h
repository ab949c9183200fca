#pragma once
// Where the programs are that the embedded servers consist of.

#include <filesystem>
#include <optional>
#include <string_view>

namespace mindspace::app {

// The first executable `name` on our PATH and the usual places.
std::optional<std::filesystem::path> find_program(std::string_view name);

// The directory with `postgres` and `initdb`: of the version that wrote `data`, if there is data; else the newest.
// Debian keeps one for each version; elsewhere they are on the PATH. StartupError if there is none.
std::filesystem::path find_postgres_binaries(const std::filesystem::path& data);

}  // namespace mindspace::app
