#include "app/embedded/embedded_postgres.h"

#include "app/embedded/find_program.h"
#include "app/process/startup_error.h"
#include "platform/base/file_descriptor.h"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <system_error>
#include <utility>

namespace mindspace::app {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kUnfinished = "data.new.";

// "fast", then "immediate" shutdown (PostgreSQL 15, section 19.5). Both are safe; the second means recovery at the next
// start.
const StopPlan kPostgresStopPlan = {{SIGINT, 30s}, {SIGQUIT, 5s}};
const StopPlan kInitdbStopPlan = {{SIGTERM, 5s}};
constexpr auto kInitdbDeadline = 5min;

// An eighth of the memory, 256 MB at most: the program and Redis share the machine.
std::uint64_t shared_buffers_megabytes() {
    const auto pages = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PHYS_PAGES), 0L));
    const auto page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return std::clamp<std::uint64_t>((pages * page_size >> 20) / 8, 32, 256);
}

// Quotes a path as a list of one for unix_socket_directories.
std::string double_quoted(std::string_view text) {
    std::string result = "\"";
    for (const char character : text) result.append(character == '"' ? 2 : 1, character);
    return result + '"';
}

// Best effort: a process of the interrupted initdb may still be ending there. The name is not reused.
void remove_unfinished_directories(const fs::path& home) {
    for (const auto& entry : fs::directory_iterator(home)) {
        std::error_code ignored;
        if (entry.path().filename().native().starts_with(kUnfinished)) fs::remove_all(entry.path(), ignored);
    }
}

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

Rows execute(const Connection& connection, const char* statement) {
    Rows rows(PQexec(connection.get(), statement), PQclear);
    const auto status = PQresultStatus(rows.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        throw StartupError(EX_UNAVAILABLE, fmt::format("PostgreSQL: {}", PQerrorMessage(connection.get())));
    }
    return rows;
}

}  // namespace

EmbeddedPostgres::EmbeddedPostgres(Paths paths, Account account, Progress progress)
    : EmbeddedServer("PostgreSQL", paths.log_file, std::move(progress)), paths_(std::move(paths)), account_(account) {
    if (paths_.binaries.empty()) paths_.binaries = find_postgres_binaries(data());
}

void EmbeddedPostgres::initialise() {
    remove_unfinished_directories(paths_.home);
    if (fs::exists(data())) return;
    if (!::getpwuid(account_.user)) {
        throw StartupError(EX_CONFIG,
                           fmt::format("PostgreSQL needs a name for user id {}: add it to /etc/passwd, or start as "
                                       "a user that has one",
                                       account_.user));
    }
    report("creating the database cluster (first start)");
    mark_log();
    const fs::path unfinished = paths_.home / fmt::format("{}{}", kUnfinished, ::getpid());
    auto initdb = ChildProcess::start({.arguments = {paths_.binaries / "initdb", "--pgdata=" + unfinished.native(),
                                                     "--username=postgres", "--auth-local=trust", "--auth-host=reject",
                                                     "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"},
                                       .working_directory = paths_.home,
                                       .log_file = log_file(),
                                       .account = account_,
                                       .stop_plan = kInitdbStopPlan});
    const auto end = initdb.wait(kInitdbDeadline);
    if (!end || !end->succeeded()) {
        throw StartupError(EX_UNAVAILABLE,
                           fmt::format("initdb failed ({}): {} (more in {})", end ? end->describe() : "no end in sight",
                                       last_output(), log_file().native()));
    }
    fs::rename(unfinished, data());  // from here on the cluster exists
    sync_to_disk(paths_.home);
}

ChildCommand EmbeddedPostgres::prepare() {
    // Never created here: a cluster that vanished under a running program is a loss that must be reported, not hidden.
    if (!fs::exists(data() / "PG_VERSION")) {
        throw StartupError(EX_UNAVAILABLE, fmt::format("there is no database in {}", data().native()));
    }
    stop_leftover_of(data() / "postmaster.pid", "postgres", data(), kPostgresStopPlan);
    // PostgreSQL trusts these files even if they are garbled, or name a process that is now a different one. Without
    // them it still refuses to start next to backends of a killed postmaster: it checks the shared memory of the
    // cluster.
    for (const fs::path& stale :
         {data() / "postmaster.pid", paths_.sockets / ".s.PGSQL.5432", paths_.sockets / ".s.PGSQL.5432.lock"}) {
        fs::remove_all(stale);
    }

    std::vector<std::string> arguments = {paths_.binaries / "postgres", "-D", data()};
    for (const std::string& setting : std::initializer_list<std::string>{
             "listen_addresses=", "port=5432", "unix_socket_directories=" + double_quoted(paths_.sockets.native()),
             "unix_socket_permissions=0700", "max_connections=100",
             fmt::format("shared_buffers={}MB", shared_buffers_megabytes()), "fsync=on", "synchronous_commit=on",
             "full_page_writes=on", "max_wal_size=2GB", "checkpoint_timeout=15min", "jit=off", "timezone=UTC",
             "log_timezone=UTC", "log_destination=stderr", "logging_collector=off",
             // No user data in the log: neither statements and their parameters nor the rows that caused an error,
             // which are in its detail.
             "log_statement=none", "log_min_duration_statement=-1", "log_min_error_statement=panic",
             "log_error_verbosity=terse", "log_parameter_max_length=0", "log_parameter_max_length_on_error=0"}) {
        arguments.emplace_back("-c");
        arguments.push_back(setting);
    }
    if (!archive_command_.empty()) {
        // A minute's work is lost at most: 45 s until a segment is closed, and the time to archive it.
        for (const std::string& setting : std::initializer_list<std::string>{"archive_mode=on", "archive_timeout=45",
                                                                             "archive_command=" + archive_command_}) {
            arguments.emplace_back("-c");
            arguments.push_back(setting);
        }
    }
    return ChildCommand{.arguments = std::move(arguments),
                        .working_directory = paths_.home,
                        .log_file = log_file(),
                        .account = account_,
                        .stop_plan = kPostgresStopPlan};
}

Readiness EmbeddedPostgres::ping(const std::string& conninfo) {
    switch (PQping(conninfo.c_str())) {
        case PQPING_OK:
            return Readiness::ready;
        case PQPING_REJECT:
            return Readiness::busy;
        case PQPING_NO_RESPONSE:
        case PQPING_NO_ATTEMPT:
            break;
    }
    return Readiness::absent;
}

// No other process uses this cluster (the directory is locked), so checking first is safe, and avoids errors in the
// log.
void EmbeddedPostgres::create_database() {
    const Connection connection(PQconnectdb(superuser_conninfo().c_str()), PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        throw StartupError(EX_UNAVAILABLE, fmt::format("PostgreSQL: {}", PQerrorMessage(connection.get())));
    }
    if (PQntuples(execute(connection, "SELECT 1 FROM pg_roles WHERE rolname = 'mindspace'").get()) == 0) {
        execute(connection, "CREATE ROLE mindspace LOGIN");
    }
    if (PQntuples(execute(connection, "SELECT 1 FROM pg_database WHERE datname = 'mindspace'").get()) == 0) {
        report("creating the database");
        execute(connection, "CREATE DATABASE mindspace OWNER mindspace");
    }
}

std::string EmbeddedPostgres::conninfo(const fs::path& sockets, std::string_view user, std::string_view database) {
    std::string host;
    for (const char character : sockets.native()) {
        if (character == '\'' || character == '\\') host += '\\';
        host += character;
    }
    return fmt::format("host='{}' port=5432 user={} dbname={} connect_timeout=2", host, user, database);
}

}  // namespace mindspace::app
