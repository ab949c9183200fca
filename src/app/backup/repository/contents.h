#pragma once
// What a backup needs besides the database: keys, settings, and a snapshot of Redis. Copied into a folder of the
// cluster, where pgBackRest treats them like the cluster's own files: one repository, one encryption, one retention.
// PostgreSQL ignores the folder.
//
//   <cluster>/mindspace/keys/            the signing key and the secret of hashes
//   <cluster>/mindspace/settings.toml    the settings of the program
//   <cluster>/mindspace/redis.rdb        Redis, as it was; not loaded by a restore (decisions/0062)

#include "app/backup/repository/layout.h"

#include <filesystem>

namespace mindspace::app::backup {

// Copies them to where the next backup finds them. `redis_socket` is that of the embedded Redis, or empty. A snapshot
// that fails leaves the previous one, and is no fault: it is not needed to restore.
void collect_contents(const Layout& layout, const std::filesystem::path& redis_socket);

// Puts what a data directory lacks back from a restored `cluster`: the secret of hashes into keys/, the settings and
// Redis's snapshot into the folder of the backups, for operators. The signing key is not restored (restore.h).
void restore_contents(const std::filesystem::path& cluster, const Layout& layout);

}  // namespace mindspace::app::backup
