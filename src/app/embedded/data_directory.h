#pragma once
// The directory in which `mindspace up` keeps everything: databases, keys, mail, logs. Holding a DataDirectory means
// holding its lock, so one program at a time uses it. Blocking calls; made once, before the loops start.
//
//   <root>/mindspace.lock   locked while we live; marks the directory as ours
//   <root>/keys mail log    0700, ours
//   <root>/postgres redis   0700, of the account the servers run as, ours but in tests (made by the embedded servers)
//   <root>/run              0700, of that account too: the sockets
// Root hands it over first (handover.h).

#include "app/embedded/file_descriptor.h"

#include <filesystem>

namespace mindspace::app {

// One that is ours, and that no other program uses while this lives.
class LockedDirectory {
public:
    // Creates what is missing (parents too), and locks. StartupError if the place cannot be written, belongs to
    // somebody else, holds other things, or is in use by another program.
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
    // /var/lib/mindspace for root, else $XDG_DATA_HOME/mindspace or ~/.local/share/mindspace (XDG Base Directory).
    // StartupError if there is no home to put it in.
    static std::filesystem::path default_path();
    // How the directory is called, whatever way it was named: absolute, without symbolic links.
    static std::filesystem::path resolve(const std::filesystem::path& path);

    // Locks it and creates what of it is ours. StartupError.
    explicit DataDirectory(const std::filesystem::path& path);

    [[nodiscard]] std::filesystem::path postgres() const { return root() / "postgres"; }
    [[nodiscard]] std::filesystem::path redis() const { return root() / "redis"; }
    [[nodiscard]] std::filesystem::path keys() const { return root() / "keys"; }
    [[nodiscard]] std::filesystem::path mail() const { return root() / "mail"; }
    [[nodiscard]] std::filesystem::path log() const { return root() / "log"; }
    [[nodiscard]] std::filesystem::path run() const { return root() / "run"; }
};

}  // namespace mindspace::app
