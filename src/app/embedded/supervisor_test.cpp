// Tests the embedded servers with the real PostgreSQL and Redis.
#include "app/embedded/supervisor.h"

#include "app/process/startup_error.h"
#include "support/base/directory.h"
#include "support/base/timeout.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mindspace::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

// The first value of the result, or "error: …".
std::string query(const std::string& conninfo, const std::string& statement) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()), PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> rows(PQexec(connection.get(), statement.c_str()), PQclear);
    switch (PQresultStatus(rows.get())) {
        case PGRES_COMMAND_OK:
            return "";
        case PGRES_TUPLES_OK:
            return PQntuples(rows.get()) > 0 ? PQgetvalue(rows.get(), 0, 0) : "";
        default:
            return fmt::format("error: {}", PQerrorMessage(connection.get()));
    }
}

// Sends one inline command (Redis protocol specification, "Inline commands") and returns the raw reply.
std::string redis(const fs::path& socket, const std::string& command) {
    const FileDescriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    std::ranges::copy(socket.native(), std::begin(address.sun_path));
    if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return "";
    const std::string line = command + "\r\n";
    EXPECT_EQ(::write(connection.get(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::array<char, 256> reply{};
    const ssize_t size = ::read(connection.get(), reply.data(), reply.size());
    return {reply.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

bool is_running(pid_t pid) {
    std::string arguments;  // empty for a process that has ended but was not reaped
    return static_cast<bool>(std::getline(std::ifstream(fmt::format("/proc/{}/cmdline", pid)), arguments, '\0'));
}

class EmbeddedServersTest : public testing::Test {
protected:
    fs::path data() const { return temporary_.path() / "data"; }
    Progress progress() {
        return [this](std::string_view line) { lines_.emplace_back(line); };
    }
    void TearDown() override {
        if (!HasFailure()) return;
        for (const auto& line : lines_) std::cerr << line << '\n';
    }
    bool was_reported(std::string_view part) const {
        return std::ranges::any_of(lines_, [part](const std::string& line) { return line.contains(part); });
    }
    // Runs the program in a separate process, which reports the pids of its servers and then only waits.
    struct Program {
        pid_t pid;
        pid_t postgres;
        pid_t redis;
    };
    Program run_program() const {
        std::array<int, 2> ends{};
        EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            run_program(ends[1]);
        }
        ::close(ends[1]);
        std::array<pid_t, 2> pids{};
        const ssize_t size = ::read(ends[0], pids.data(), sizeof pids);
        ::close(ends[0]);
        if (size != sizeof pids) throw std::runtime_error("the program did not start");
        return {.pid = pid, .postgres = pids[0], .redis = pids[1]};
    }
    // The child's side of the fork: must not return into the tests.
    [[noreturn]] void run_program(int report) const {
        try {
            const DataDirectory directory(data());
            EmbeddedServers servers(directory, {}, [](std::string_view) {});
            servers.start();
            const std::array<pid_t, 2> pids = {servers.postgres().pid().value(), servers.redis().pid().value()};
            if (::write(report, pids.data(), sizeof pids) == sizeof pids) {
                for (;;) ::pause();
            }
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
        }
        ::_exit(EXIT_FAILURE);
    }
    static void kill_program(pid_t pid) {
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
    }
    // Without the lock of a data directory, two objects can use the same directories.
    EmbeddedPostgres postgres() {
        return {
            {.home = made("postgres"), .sockets = made("run"), .log_file = temporary_.path() / "p.log", .binaries = {}},
            account_,
            progress()};
    }
    EmbeddedRedis redis_server() {
        return {{.home = made("redis"), .sockets = made("run"), .log_file = temporary_.path() / "r.log", .program = {}},
                account_,
                progress()};
    }
    fs::path made(const char* name) const {
        ensure_owned_directory(temporary_.path() / name, 0700, account_);
        return temporary_.path() / name;
    }

    TemporaryDirectory temporary_;
    Account account_ = server_account({});
    std::vector<std::string> lines_;
};

TEST_F(EmbeddedServersTest, KeepTheirDataAcrossRestarts) {
    const DataDirectory directory(data());
    const auto cold = steady_clock::now();
    {
        EmbeddedServers servers(directory, {}, progress());
        servers.start();
        RecordProperty("cold_start_ms", static_cast<int>((steady_clock::now() - cold) / 1ms));
        EXPECT_EQ(query(servers.postgres_conninfo(), "CREATE TABLE saved AS SELECT 42 AS answer"), "");
        EXPECT_EQ(redis(servers.redis_socket(), "SET saved 42"), "+OK\r\n");
        servers.stop();
        EXPECT_FALSE(was_reported("cleanly"));
    }
    EXPECT_TRUE(was_reported("first start"));
    lines_.clear();
    const auto warm = steady_clock::now();
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    RecordProperty("warm_start_ms", static_cast<int>((steady_clock::now() - warm) / 1ms));
    EXPECT_FALSE(was_reported("first start"));
    EXPECT_FALSE(was_reported("creating the database"));
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT answer FROM saved"), "42");
    EXPECT_EQ(redis(servers.redis_socket(), "GET saved"), "$2\r\n42\r\n");
}

TEST_F(EmbeddedServersTest, AreDurableUtf8AndNotOnTheNetwork) {
    const DataDirectory directory(data());
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    for (const auto& [setting, value] :
         std::initializer_list<std::pair<std::string, std::string>>{{"listen_addresses", ""},
                                                                    {"fsync", "on"},
                                                                    {"synchronous_commit", "on"},
                                                                    {"data_checksums", "on"},
                                                                    {"server_encoding", "UTF8"},
                                                                    {"lc_collate", "C.UTF-8"},
                                                                    {"TimeZone", "UTC"},
                                                                    {"max_wal_size", "2GB"}}) {
        EXPECT_EQ(query(servers.postgres_conninfo(), "SHOW " + setting), value) << setting;
    }
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), "f");
    EXPECT_TRUE(redis(servers.redis_socket(), "CONFIG GET port").ends_with("$1\r\n0\r\n"));
    EXPECT_TRUE(redis(servers.redis_socket(), "CONFIG GET save").ends_with("300 100\r\n"));
    struct stat status{};
    ASSERT_EQ(::stat(servers.redis_socket().parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0700U);
    EXPECT_EQ(status.st_uid, account_.user);
}

TEST_F(EmbeddedServersTest, LogNoUserDataAndForALimitedTime) {
    const DataDirectory directory(data());
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    const auto conninfo = servers.postgres_conninfo();
    EXPECT_EQ(query(conninfo, "CREATE TABLE people (email text PRIMARY KEY)"), "");
    EXPECT_EQ(query(conninfo, "INSERT INTO people VALUES ('ada@example.org')"), "");
    const auto refused = query(conninfo, "INSERT INTO people VALUES ('ada@example.org')");
    EXPECT_TRUE(refused.contains("people_pkey")) << refused;
    const auto log = directory.log() / "postgres.log";
    const auto text_of = [](const fs::path& file) {
        std::ifstream in(file);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    EXPECT_TRUE(text_of(log).contains("people_pkey"));
    EXPECT_FALSE(text_of(log).contains("ada@example.org"));
    EXPECT_FALSE(text_of(log).contains("INSERT"));

    servers.poll();  // the schedule begins now
    const fs::path older = log.native() + ".1";
    ASSERT_TRUE(fs::exists(older));
    auto& postgres = const_cast<EmbeddedPostgres&>(servers.postgres());
    const auto now = std::chrono::system_clock::now();
    postgres.rotate_log(now + std::chrono::days(6));
    EXPECT_TRUE(text_of(log).contains("people_pkey"));
    postgres.rotate_log(now + std::chrono::days(8));
    EXPECT_EQ(fs::file_size(log), 0U);
    EXPECT_TRUE(text_of(older).contains("people_pkey"));
    query(conninfo, "SELECT no_such_thing");
    EXPECT_TRUE(text_of(log).contains("no_such_thing")) << "the server writes on";
    EXPECT_FALSE(text_of(log).contains(std::string(1, '\0')));
    postgres.rotate_log(now + std::chrono::days(16));
    EXPECT_FALSE(text_of(older).contains("people_pkey"));
}

TEST_F(EmbeddedServersTest, RestartWithTheirDataAfterAKill) {
    const DataDirectory directory(data());
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    EXPECT_EQ(query(servers.postgres_conninfo(), "CREATE TABLE saved AS SELECT 42 AS answer"), "");
    const pid_t postgres = servers.postgres().pid().value();
    const pid_t redis_pid = servers.redis().pid().value();
    ::kill(postgres, SIGKILL);
    ::kill(redis_pid, SIGKILL);
    EXPECT_TRUE(eventually([&] {
        servers.poll();
        return was_reported("PostgreSQL is back") && was_reported("Redis is back");
    }));
    EXPECT_TRUE(was_reported("PostgreSQL ended (signal 9 (Killed))"));
    EXPECT_NE(servers.postgres().pid(), postgres);
    EXPECT_NE(servers.redis().pid(), redis_pid);
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT answer FROM saved"), "42");
    EXPECT_EQ(redis(servers.redis_socket(), "PING"), "+PONG\r\n");
}

TEST_F(EmbeddedServersTest, EndWithTheProgramEvenIfItIsKilled) {
    const Program program = run_program();
    ASSERT_TRUE(is_running(program.postgres));
    ASSERT_TRUE(is_running(program.redis));
    kill_program(program.pid);
    EXPECT_TRUE(eventually([&] { return !is_running(program.postgres) && !is_running(program.redis); }, 10s));
}

TEST_F(EmbeddedServersTest, StartImmediatelyAfterTheProgramWasKilled) {
    const Program program = run_program();
    kill_program(program.pid);
    const DataDirectory directory(data());
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT 1"), "1");
    EXPECT_FALSE(is_running(program.postgres));
}

TEST_F(EmbeddedServersTest, StartAfterEverythingWasKilled) {
    const Program program = run_program();
    const std::string conninfo = fmt::format("host={} user=mindspace dbname=mindspace", (data() / "run").native());
    EXPECT_EQ(query(conninfo, "CREATE TABLE saved AS SELECT 42 AS answer"), "");
    ::kill(program.postgres, SIGKILL);
    ::kill(program.redis, SIGKILL);
    kill_program(program.pid);
    const DataDirectory directory(data());
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT answer FROM saved"), "42");
}

TEST_F(EmbeddedServersTest, AreCreatedAgainIfTheFirstStartWasKilled) {
    const fs::path home = made("postgres");
    const pid_t program = ::fork();
    if (program == 0) {
        try {
            postgres().initialise();
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
        }
        ::_exit(EXIT_FAILURE);
    }
    EXPECT_TRUE(eventually([&] {
        const fs::path unfinished = home / fmt::format("data.new.{}", program);
        return fs::exists(unfinished / "PG_VERSION");
    }));
    kill_program(program);
    EXPECT_FALSE(fs::exists(home / "data"));
    auto server = postgres();
    server.initialise();
    server.start();
    server.create_database();
    EXPECT_EQ(query(server.conninfo(), "SELECT 1"), "1");
}

TEST_F(EmbeddedServersTest, StopLeftoverServers) {
    auto leftover_postgres = postgres();
    leftover_postgres.initialise();
    leftover_postgres.start();
    auto leftover_redis = redis_server();
    leftover_redis.start();
    EXPECT_EQ(redis(leftover_redis.socket(), "SET saved 42"), "+OK\r\n");

    auto next_postgres = postgres();
    next_postgres.start();
    auto next_redis = redis_server();
    next_redis.start();
    EXPECT_TRUE(
        was_reported(fmt::format("stopping PostgreSQL (process {}), left behind", leftover_postgres.pid().value())));
    EXPECT_TRUE(leftover_postgres.take_end().value().succeeded()) << "not stopped cleanly";
    EXPECT_TRUE(leftover_redis.take_end().value().succeeded()) << "not stopped cleanly";
    EXPECT_EQ(query(next_postgres.superuser_conninfo(), "SELECT 1"), "1");
    EXPECT_EQ(redis(next_redis.socket(), "GET saved"), "$2\r\n42\r\n");
}

TEST_F(EmbeddedServersTest, IgnoreStaleAndInvalidPidFiles) {
    auto server = postgres();
    server.initialise();
    // An unrelated process of the same account, which must not be harmed.
    auto other_process = ChildProcess::start({.arguments = {"/bin/sleep", "600"},
                                              .working_directory = "/",
                                              .log_file = temporary_.path() / "log",
                                              .account = account_,
                                              .stop_plan = {{SIGTERM, 5s}}});
    const fs::path home = temporary_.path();
    for (const std::string& content : {std::string("garbage"), fmt::format("{}\n", other_process.pid())}) {
        for (const char* file : {"postgres/data/postmaster.pid", "run/.s.PGSQL.5432", "run/.s.PGSQL.5432.lock",
                                 "redis/redis.pid", "run/redis.sock", "redis/temp-12.rdb"}) {
            fs::create_directories((home / file).parent_path());
            std::ofstream(home / file) << content;
        }
        server.start();
        auto redis = redis_server();
        redis.start();
        EXPECT_FALSE(other_process.end());
        EXPECT_FALSE(fs::exists(home / "redis/temp-12.rdb"));
        server.stop();
    }
}

TEST_F(EmbeddedServersTest, ReportTheErrorOfAServerThatDoesNotStart) {
    auto server = postgres();
    server.initialise();
    std::ofstream(temporary_.path() / "postgres/data/postgresql.conf") << "no_such_setting = 1\n";
    try {
        server.start();
        FAIL();
    } catch (const StartupError& error) {
        EXPECT_EQ(error.exit_code(), EX_UNAVAILABLE);
        EXPECT_TRUE(std::string(error.what()).contains("FATAL")) << error.what();
        EXPECT_TRUE(std::string(error.what()).contains("p.log")) << error.what();
    }
}

TEST_F(EmbeddedServersTest, StopEvenWhenTheLastSnapshotCannotBeWritten) {
    auto server = redis_server();
    server.start();
    EXPECT_EQ(redis(server.socket(), "SET lost 42"), "+OK\r\n");
    fs::remove_all(temporary_.path() / "redis");
    const auto begin = steady_clock::now();
    server.stop();
    EXPECT_LT(steady_clock::now() - begin, scaled(5s)) << "had to be killed";
}

TEST_F(EmbeddedServersTest, NeverReplaceAMissingDatabase) {
    auto server = postgres();
    server.initialise();
    fs::rename(temporary_.path() / "postgres/data", temporary_.path() / "postgres/moved");
    EXPECT_THROW(server.launch(), StartupError);
    EXPECT_FALSE(fs::exists(temporary_.path() / "postgres/data"));
}

TEST_F(EmbeddedServersTest, RefuseADatabaseOfAnotherVersion) {
    postgres().initialise();
    std::ofstream(temporary_.path() / "postgres/data/PG_VERSION") << "9\n";
    try {
        postgres().start();
        FAIL();
    } catch (const StartupError& error) {
        EXPECT_EQ(error.exit_code(), EX_UNAVAILABLE);
        // Our message if each version has its own directory, PostgreSQL's own if there is one in the PATH.
        const std::string message = error.what();
        EXPECT_TRUE(message.contains("was written by PostgreSQL 9") || message.contains("incompatible")) << message;
    }
}

TEST_F(EmbeddedServersTest, WorkUnderALongPathWithOddCharacters) {
    const DataDirectory directory(temporary_.path() / "it's \"odd\", isn't \\ it" / std::string(100, 'x'));
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT 1"), "1");
    EXPECT_EQ(redis(servers.redis_socket(), "PING"), "+PONG\r\n");
    servers.stop();
    fs::remove_all(servers.redis_socket().parent_path());
}

TEST_F(EmbeddedServersTest, WorkInADirectoryWithQuotesAndSpaces) {
    const DataDirectory directory(temporary_.path() / "it's \"o\" \\ d");
    EmbeddedServers servers(directory, {}, progress());
    servers.start();
    EXPECT_EQ(servers.redis_socket().parent_path(), directory.run());
    EXPECT_EQ(query(servers.postgres_conninfo(), "SELECT 1"), "1");
    EXPECT_EQ(redis(servers.redis_socket(), "PING"), "+PONG\r\n");
}

TEST_F(EmbeddedServersTest, AreClosedToOtherUsers) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can act as somebody else";
    auto server = postgres();
    server.initialise();
    server.start();
    const std::string conninfo = server.superuser_conninfo();
    const pid_t other_user = ::fork();
    if (other_user == 0) {
        constexpr uid_t kOtherUser = 54321;
        if (::setresuid(kOtherUser, kOtherUser, kOtherUser) != 0) ::_exit(2);
        ::_exit(PQping(conninfo.c_str()) == PQPING_NO_RESPONSE ? 0 : 1);
    }
    int status = -1;
    ::waitpid(other_user, &status, 0);
    EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mindspace::app
