#pragma once
// A private PostgreSQL under the data directory: no TCP, only a Unix socket in a directory that only its account (and
// root) can enter; every process that can is trusted. Settings are given on its command line, so a new version of the
// program brings new ones; other settings can be changed in postgresql.conf or by ALTER SYSTEM.

#include "app/embedded/embedded_server.h"

#include <string>
#include <string_view>
#include <utility>

namespace mindspace::app {

class EmbeddedPostgres final : public EmbeddedServer {
public:
    struct Paths {
        std::filesystem::path home;     // owned by `account`; the cluster is in home/data
        std::filesystem::path sockets;  // owned by `account`, short (socket_directory.h)
        std::filesystem::path log_file;
        std::filesystem::path binaries;  // with postgres and initdb; empty: searched for
    };

    EmbeddedPostgres(Paths paths, Account account, Progress progress);

    // Called before start(): archives the write-ahead log with this shell command, each 45 s at the latest.
    void archive_with(std::string command) { archive_command_ = std::move(command); }
    // Creates the cluster if there is none (a few seconds, once). If interrupted at any moment, it starts from scratch
    // next time.
    void initialise();
    // Creates the role and the database "mindspace" if they do not exist. Called when the server is ready.
    void create_database();
    [[nodiscard]] Readiness probe() const override { return ping(superuser_conninfo()); }

    // Connection string for libpq: the role "mindspace", owner of the database of that name, not a superuser.
    [[nodiscard]] std::string conninfo() const { return conninfo(paths_.sockets); }
    // The same for a server that another process has started.
    static std::string conninfo(const std::filesystem::path& sockets) {
        return conninfo(sockets, "mindspace", "mindspace");
    }
    // For maintenance: connects as the superuser.
    [[nodiscard]] std::string superuser_conninfo() const { return conninfo(paths_.sockets, "postgres", "postgres"); }
    static std::string conninfo(const std::filesystem::path& sockets, std::string_view user, std::string_view database);
    // Whether the server there accepts connections. Blocking, for as long as libpq waits for a local server.
    static Readiness ping(const std::string& conninfo);

private:
    ChildCommand prepare() override;
    [[nodiscard]] std::filesystem::path data() const { return paths_.home / "data"; }

    Paths paths_;
    Account account_;
    std::string archive_command_;
};

}  // namespace mindspace::app
