#include "app/backup/repository/layout.h"

#include "app/process/account.h"
#include "app/process/backends.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>
#include <sys/stat.h>

namespace mindspace::app::backup {

namespace fs = std::filesystem;

Layout::Layout(const Config& config)
    : data(data_root(config)),
      home(data / "backup"),
      repository(config.backup.directory.empty() ? home / "repository"
                                                 : DataDirectory::resolve(config.backup.directory)),
      config_file(config.backup.config_file.empty() ? home / "pgbackrest.conf" : fs::path(config.backup.config_file)),
      is_embedded(config.backup.config_file.empty()) {}

void Layout::create() const {
    const auto account = current_account();
    if (is_embedded && !fs::exists(data / "mindspace.lock"))
        throw StartupError(EX_USAGE, fmt::format("{} is no data directory of Mind Space", data.native()));
    try {
        fs::create_directories(data);
        for (const auto& directory : {home, home / "log", home / "lock", home / "spool"})
            ensure_owned_directory(directory, 0700, account);
        if (!is_embedded) return;
        fs::create_directories(repository.parent_path());
        ensure_owned_directory(repository, 0700, account);
    } catch (const fs::filesystem_error& error) {
        throw StartupError(EX_CONFIG,
                           fmt::format("backup.directory: {}: {}", error.path1().native(), error.code().message()));
    }
}

bool Layout::shares_disk() const {
    struct stat backups{};
    struct stat database{};
    return ::stat(repository.c_str(), &backups) == 0 && ::stat(data.c_str(), &database) == 0 &&
           backups.st_dev == database.st_dev;
}

}  // namespace mindspace::app::backup
