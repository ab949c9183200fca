#pragma once
// A PostgreSQL that recovers a restored data directory, to prove or prepare it. It uses neither the configuration nor
// the access rules of the cluster, archives nothing, and listens on a private socket only. Main thread only; blocking.

#include "app/embedded/embedded_server.h"

#include <chrono>

namespace mindspace::app::backup {

enum class Purpose {
    proof,  // the directory is thrown away: nothing is forced to disk, and little memory is used
    use,    // it will be the database, which archives what is written here
};

class ScratchPostgres final : public EmbeddedServer {
public:
    // `home` is private and exists; sockets and the log are below it. `data` was restored there or elsewhere.
    ScratchPostgres(std::filesystem::path home, std::filesystem::path data, Purpose purpose, Progress progress);

    // Starts it and returns when it has replayed the write-ahead log up to the target and accepts connections. Throws
    // StartupError with its words if it does not get there within `limit`.
    void recover(std::chrono::seconds limit);
    [[nodiscard]] Readiness probe() const override;
    [[nodiscard]] std::string conninfo(std::string_view database, std::string_view user) const;

private:
    ChildCommand prepare() override;

    std::filesystem::path home_;
    std::filesystem::path data_;
    std::filesystem::path sockets_;
    std::filesystem::path binaries_;
    Purpose purpose_;
};

}  // namespace mindspace::app::backup
