#pragma once
// A private Redis under the data directory: no TCP, only a Unix socket in a directory that only its account (and root)
// can enter. It saves snapshots for a warm start; nothing in it is the only copy of any data.

#include "app/embedded/embedded_server.h"

namespace mindspace::app {

class EmbeddedRedis final : public EmbeddedServer {
public:
    struct Paths {
        std::filesystem::path home;     // owned by `account`; snapshots
        std::filesystem::path sockets;  // owned by `account`, short (socket_directory.h)
        std::filesystem::path log_file;
        std::filesystem::path program;  // redis-server; empty: searched for
    };

    EmbeddedRedis(Paths paths, Account account, Progress progress);

    [[nodiscard]] Readiness probe() const override;
    [[nodiscard]] std::filesystem::path socket() const { return socket(paths_.sockets); }
    // The same for a server that another process has started.
    static std::filesystem::path socket(const std::filesystem::path& sockets) { return sockets / "redis.sock"; }

private:
    ChildCommand prepare() override;

    Paths paths_;
    Account account_;
};

}  // namespace mindspace::app
