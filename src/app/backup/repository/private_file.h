#pragma once
// Files that only our account may read.

#include <filesystem>
#include <string_view>

namespace mindspace::app::backup {

// Replaces the file in one step, on disk when this returns. Throws std::system_error.
void write_private_file(const std::filesystem::path& path, std::string_view text);

}  // namespace mindspace::app::backup
