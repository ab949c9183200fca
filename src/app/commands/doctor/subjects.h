#pragma once
// The subjects that `mindspace doctor` examines, each in the file of its name. None throws because of what it finds.

#include "app/commands/doctor/checks.h"
#include "app/settings/settings.h"
#include "platform/async/awaitable.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mindspace::postgres {
class Client;
}
namespace mindspace::redis {
class Client;
}
namespace mindspace::app::backup {
struct Status;
}

namespace mindspace::app::doctor {

void check_settings(const Config& config, Checks& checks);
// Whether the clock of this machine is synchronised. Those of others are compared where they are asked.
void check_synchronisation(Checks& checks);
// Whether the names in the settings can be resolved from here.
void check_dns(const Config& config, Checks& checks);
// The certificate of the settings, and the one that clients of http.public_url get.
void check_tls(const Config& config, Checks& checks);
// The open files of the process with these settings, from its management listener.
void check_limits(const Config& config, Checks& checks);
// Where the data directory and the log are.
void check_disk(const Config& config, Checks& checks);
// Whether the database is backed up, and the backups are recent and were restored as a proof.
void check_backups(const Config& config, Checks& checks);
// The running program as its clients see it at `url`.
void check_program(const Config& config, const std::string& url, Checks& checks);

// PostgreSQL and Redis, with the subjects below.
void check_servers(const Config& config, Checks& checks);
Awaitable<> check_postgres(postgres::Client& database, const Config& config, Checks& checks);
// Replicas, and what the primary does for them.
Awaitable<> check_replication(asio::io_context& loop, postgres::Client& database, const Config& config, Checks& checks);
// The schema, and the versions of the nodes that are connected to this database.
Awaitable<> check_versions(postgres::Client& database, Checks& checks);
Awaitable<> check_redis(redis::Client& redis, Checks& checks);

// The parts that depend on figures of the machine, for tests.
void check_certificate(const std::string& where, std::string_view pem, const std::string& host, Timestamp now,
                       Checks& checks);
void check_space(const std::filesystem::path& path, const std::filesystem::space_info& space, Checks& checks);
void check_backup_ages(const backup::Status& status, Timestamp now, Checks& checks);
void check_open_files(std::int64_t open, std::int64_t limit, std::uint32_t max_connections, Checks& checks);

}  // namespace mindspace::app::doctor
