#include "app/backup/jobs/swap.h"

#include "app/backup/jobs/status.h"
#include "app/program.h"
#include "platform/base/file_descriptor.h"

#include <fmt/chrono.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace mindspace::app::backup {

namespace fs = std::filesystem;

namespace {

// File systems that cannot exchange two directories get two renames.
void exchange(const fs::path& restored, const fs::path& current, const fs::path& previous) {
    if (::renameat2(AT_FDCWD, restored.c_str(), AT_FDCWD, current.c_str(), RENAME_EXCHANGE) == 0)
        return fs::rename(restored, previous);
    if (errno != EINVAL && errno != ENOSYS)
        throw std::system_error(errno, std::generic_category(), "rename " + restored.native());
    fs::rename(current, previous);
    fs::rename(restored, current);
}

}  // namespace

fs::path swap_cluster(const Layout& layout, const fs::path& restored) {
    const auto suffix = fmt::format(".before-{:%Y%m%dT%H%M%S}", fmt::gmtime(std::chrono::system_clock::now()));
    const auto current = layout.cluster();
    fs::remove(signing_key_file(layout.data));
    const auto snapshot = layout.data / "redis" / "dump.rdb";
    if (fs::exists(snapshot)) fs::rename(snapshot, snapshot.native() + suffix);
    auto status = read_status(layout.status());
    status.full_at.reset();  // the restored cluster has a history of its own: it begins with a full backup
    write_status(layout.status(), status);
    fs::path previous;
    if (fs::exists(current)) {
        previous = current.native() + suffix;
        exchange(restored, current, previous);
    } else {
        fs::rename(restored, current);
    }
    sync_to_disk(current.parent_path());
    return previous;
}

}  // namespace mindspace::app::backup
