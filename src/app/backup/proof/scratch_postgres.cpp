#include "app/backup/proof/scratch_postgres.h"

#include "app/backup/repository/private_file.h"
#include "app/embedded/embedded_postgres.h"
#include "app/embedded/find_program.h"
#include "app/embedded/socket_directory.h"
#include "app/process/startup_error.h"

#include <fmt/format.h>

#include <csignal>
#include <initializer_list>
#include <thread>
#include <utility>

namespace mindspace::app::backup {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr auto kRecoveryPoll = 100ms;
constexpr auto kProgressEvery = 30s;
const StopPlan kScratchStopPlan = {{SIGINT, 60s}, {SIGQUIT, 5s}};

}  // namespace

ScratchPostgres::ScratchPostgres(fs::path home, fs::path data, Purpose purpose, Progress progress)
    : EmbeddedServer("PostgreSQL", home / "postgres.log", std::move(progress)),
      home_(std::move(home)),
      data_(std::move(data)),
      sockets_(make_socket_directory(home_ / "run", current_account())),
      binaries_(find_postgres_binaries(data_)),
      purpose_(purpose) {
    write_private_file(home_ / "postgresql.conf", "");
    write_private_file(home_ / "pg_hba.conf", "local all all trust\n");
    write_private_file(home_ / "pg_ident.conf", "");
}

ChildCommand ScratchPostgres::prepare() {
    fs::remove(data_ / "postmaster.pid");  // of a scratch server that was killed; the job's lock excludes another one
    std::vector<std::string> arguments = {binaries_ / "postgres", "-D", data_};
    const bool is_proof = purpose_ == Purpose::proof;
    for (const std::string& setting : std::initializer_list<std::string>{
             "config_file=" + (home_ / "postgresql.conf").native(), "hba_file=" + (home_ / "pg_hba.conf").native(),
             "ident_file=" + (home_ / "pg_ident.conf").native(), "listen_addresses=", "port=5432",
             "unix_socket_directories=\"" + sockets_.native() + '"', "unix_socket_permissions=0700",
             // It accepts connections when recovery is over, not before.
             "hot_standby=off", "max_connections=20", "autovacuum=off",
             // The new timeline's history and segments stay marked as not archived, and nothing archives them before
             // the server that will use them: without the history, the next restore would begin the same timeline.
             is_proof ? "archive_mode=off" : "archive_mode=on",
             "archive_command=", is_proof ? "shared_buffers=32MB" : "shared_buffers=128MB",
             is_proof ? "fsync=off" : "fsync=on", "jit=off", "timezone=UTC", "log_timezone=UTC", "log_statement=none",
             "log_min_error_statement=panic", "log_error_verbosity=terse"}) {
        arguments.emplace_back("-c");
        arguments.push_back(setting);
    }
    return {.arguments = std::move(arguments),
            .working_directory = home_,
            .log_file = log_file(),
            .account = current_account(),
            .stop_plan = kScratchStopPlan};
}

void ScratchPostgres::recover(std::chrono::seconds limit) {
    launch();
    const auto begin = steady_clock::now();
    auto next_report = begin + kProgressEvery;
    while (probe() != Readiness::ready) {
        if (take_end())
            throw StartupError(EX_DATAERR, fmt::format("the restored database does not start: {}", last_output()));
        const auto now = steady_clock::now();
        const auto waited = std::chrono::floor<std::chrono::seconds>(now - begin);
        if (waited >= limit) {
            stop();
            throw StartupError(EX_TEMPFAIL, fmt::format("the restored database has not recovered after {} s: {}",
                                                        waited.count(), last_output()));
        }
        if (now >= next_report) {
            report(fmt::format("still replaying changes ({} s)", waited.count()));
            next_report += kProgressEvery;
        }
        std::this_thread::sleep_for(kRecoveryPoll);
    }
}

Readiness ScratchPostgres::probe() const {
    return EmbeddedPostgres::ping(conninfo("postgres", "postgres"));
}

std::string ScratchPostgres::conninfo(std::string_view database, std::string_view user) const {
    return EmbeddedPostgres::conninfo(sockets_, user, database);
}

}  // namespace mindspace::app::backup
