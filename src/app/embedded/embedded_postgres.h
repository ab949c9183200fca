#pragma once
// A private PostgreSQL under the data directory: no TCP, only a Unix socket in a directory that nobody but its account
// (and root) can enter; whoever can is trusted. Settings are given on its command line, so a new version of the program
// brings new ones; what is not given there can be set in postgresql.conf or by ALTER SYSTEM.

#include "app/embedded/embedded_server.h"

#include <string_view>

namespace mindspace::app {

class EmbeddedPostgres final : public EmbeddedServer {
public:
    struct Places {
        std::filesystem::path home;     // owned by `account`; the cluster is in home/data
        std::filesystem::path sockets;  // owned by `account`, short (socket_directory.h)
        std::filesystem::path log_file;
        std::filesystem::path binaries;  // with postgres and initdb; empty: found by itself
    };

    EmbeddedPostgres(Places places, Account account, Progress progress);

    // Makes the cluster if there is none (a few seconds, once). Interrupted at any moment, it begins anew next time.
    void initialise();
    // Makes the role and the database "mindspace" if they are not there. When ready.
    void create_database();
    [[nodiscard]] Readiness probe() const override;

    // For libpq: the role "mindspace", owner of the database of that name, no superuser.
    [[nodiscard]] std::string conninfo() const { return conninfo(places_.sockets); }
    // The same of a server that another process has started.
    static std::string conninfo(const std::filesystem::path& sockets) {
        return conninfo(sockets, "mindspace", "mindspace");
    }
    // For maintenance: the superuser.
    [[nodiscard]] std::string superuser_conninfo() const { return conninfo(places_.sockets, "postgres", "postgres"); }

private:
    ChildCommand prepare() override;
    [[nodiscard]] std::filesystem::path data() const { return places_.home / "data"; }
    static std::string conninfo(const std::filesystem::path& sockets, std::string_view user, std::string_view database);

    Places places_;
    Account account_;
};

}  // namespace mindspace::app
