#pragma once
// Puts a restored cluster into the place of the embedded one.

#include "app/backup/repository/layout.h"

#include <filesystem>

namespace mindspace::app::backup {

// At every moment one of the two clusters is in place, where the file system can exchange two directories. The old one
// is renamed, and so is Redis's snapshot, which is of another time; the signing key is removed. Returns the new path of
// the old cluster, or an empty one. Throws std::system_error: by then the key may be removed, the snapshot renamed, and
// the next backup a full one, with either cluster in place.
std::filesystem::path swap_cluster(const Layout& layout, const std::filesystem::path& restored);

}  // namespace mindspace::app::backup
