#include "support/postgres/pgbouncer.h"

#include <libpq-fe.h>

#include <unistd.h>
#include <fstream>
#include <stdexcept>

namespace mindspace::integration {

PgBouncer::PgBouncer(const postgres::TestServer& server) {
    const auto& path = directory_.path();
    std::filesystem::permissions(path, std::filesystem::perms(0777));
    const auto file = path / "pgbouncer.ini";
    // Few server connections, so that clients really share them.
    std::ofstream(file) << "[databases]\n* = host=" << server.directory() << " user=postgres\n"
                        << "[pgbouncer]\nunix_socket_dir=" << path.native() << "\nlisten_addr=\nauth_type=any\n"
                        << "pool_mode=transaction\ndefault_pool_size=3\n";
    std::vector<std::string> command{"pgbouncer", file};
    // It refuses to run as root. setpriv replaces itself with it, so that signals reach PgBouncer.
    if (geteuid() == 0)
        command.insert(command.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"});
    process_ = std::make_unique<Process>(command, Environment{}, path / "output");
    const auto admin = conninfo("postgres");
    if (!eventually([&] { return PQping(admin.c_str()) == PQPING_OK || !process_->is_running(); }) ||
        !process_->is_running())
        throw std::runtime_error("PgBouncer does not start: " + read_whole_file(path / "output"));
}

std::string PgBouncer::conninfo(const std::string& database) const {
    return "host=" + directory_.path().native() + " port=6432 user=postgres dbname=" + database;
}

}  // namespace mindspace::integration
