#pragma once
// The directory in which `mindspace up` stores everything: databases, keys, mail, logs. A DataDirectory object holds
// the directory's lock, so one program at a time uses it. Blocking calls; constructed once, before the loops start.
//
//   <root>/mindspace.lock   locked while we run; marks the directory as ours
//   <root>/keys mail log    0700, owned by our account
//   <root>/postgres redis   0700, owned by the servers' account, which is ours except in tests (created by the servers)
//   <root>/run              0700, owned by that account, too: the sockets
// When started as root, the program hands the directory over to our account first (handover.h).

#include "platform/base/file_descriptor.h"

#include <filesystem>

namespace mindspace::app {

// A directory that is ours and that no other program uses while this object exists.
class LockedDirectory {
public:
    // Creates the missing parts (parents too), and locks the directory. Throws StartupError if the path cannot be
    // written, belongs to another user, contains other files, or is in use by another program.
    explicit LockedDirectory(const std::filesystem::path& path);

    // Absolute, without symbolic links.
    [[nodiscard]] const std::filesystem::path& root() const { return root_; }

private:
    void lock();

    std::filesystem::path root_;
    FileDescriptor lock_;
};

class DataDirectory : public LockedDirectory {
public:
    // The default: /var/lib/mindspace for root, else $XDG_DATA_HOME/mindspace or ~/.local/share/mindspace (XDG Base
    // Directory). Throws StartupError if there is no home directory.
    static std::filesystem::path default_path();
    // The canonical path of the directory: absolute, without symbolic links.
    static std::filesystem::path resolve(const std::filesystem::path& path);

    // Locks the directory and creates our parts of it. Throws StartupError.
    explicit DataDirectory(const std::filesystem::path& path);

    [[nodiscard]] std::filesystem::path postgres() const { return root() / "postgres"; }
    [[nodiscard]] std::filesystem::path redis() const { return root() / "redis"; }
    [[nodiscard]] std::filesystem::path keys() const { return root() / "keys"; }
    [[nodiscard]] std::filesystem::path mail() const { return root() / "mail"; }
    [[nodiscard]] std::filesystem::path log() const { return root() / "log"; }
    [[nodiscard]] std::filesystem::path run() const { return root() / "run"; }
};

}  // namespace mindspace::app
