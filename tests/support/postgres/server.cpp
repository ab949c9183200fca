#include "support/postgres/server.h"

#include "support/base/process.h"
#include "support/base/timeout.h"

#include <libpq-fe.h>

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace mindspace::postgres {

namespace {

constexpr std::chrono::milliseconds kPollInterval{10};

std::string bin_directory() {
    std::string line = run_program({"pg_config", "--bindir"});
    return line.substr(0, line.find('\n'));
}

// PostgreSQL refuses to run as root: if we are root, everything belongs to the user postgres.
const passwd* server_user() {
    if (geteuid() != 0) return nullptr;
    const passwd* user = getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("there is no user postgres");
    return user;
}

// Starts a program as the server's user, with its output in `log`.
pid_t start_program(std::vector<std::string> arguments, const std::string& log) {
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (output < 0) throw std::runtime_error("cannot write " + log);
    const passwd* user = server_user();
    const pid_t process = launch({.arguments = std::move(arguments),
                                  .output = output,
                                  .user = user == nullptr ? "" : user->pw_name,
                                  .death_signal = "QUIT"});
    close(output);
    return process;
}

int wait_for(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

}  // namespace

TestServer& TestServer::shared() {
    static TestServer server;
    return server;
}

TestServer::TestServer(Settings settings) : settings_(std::move(settings)) {
    // Copies a cluster that the first call created: a tenth of the time of initdb.
    static const TestServer kFresh{Unstarted{}};
    make_cluster({"cp", "-a", kFresh.directory() + "/data", directory()});
    start();
}

TestServer::TestServer(Unstarted) {
    make_cluster({bin_directory() + "/initdb", "-D", directory() + "/data", "-U", "postgres", "-A", "trust", "-E",
                  "UTF8", "--locale=C.UTF-8", "--no-sync"});
}

TestServer::TestServer(StandbyOf of) {
    make_cluster({bin_directory() + "/pg_basebackup", "-D", directory() + "/data", "-h", of.primary.directory(), "-U",
                  "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync"});
    start();
}

void TestServer::make_cluster(const std::vector<std::string>& command) {
    if (const passwd* user = server_user();
        user != nullptr && chown(directory().c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("cannot give the directory to the user postgres");
    if (wait_for(start_program(command, directory() + "/make.log")) != 0)
        throw std::runtime_error(command.front() + " failed: see " + directory() + "/make.log");
}

TestServer::~TestServer() {
    end(SIGQUIT);
}

std::string TestServer::create_filled_database(const std::function<void(const std::string&)>& fill) {
    if (template_.empty()) {
        fill(create_database());
        template_ = "test" + std::to_string(databases_);
    }
    return create_database(template_);
}

std::string TestServer::create_database(const std::string& source) {
    std::string name = "test" + std::to_string(++databases_);
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo().c_str()), &PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(), ("create database " + name + " template " + source).c_str()), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(connection.get()));
    return conninfo(name);
}

void TestServer::crash() {
    end(SIGQUIT);
}

void TestServer::restart() {
    if (server_ == 0) start();
}

std::string TestServer::conninfo(const std::string& database) const {
    return "host=" + directory() + " user=postgres dbname=" + database;
}

void TestServer::start() {
    std::vector<std::string> command{
        bin_directory() + "/postgres", "-D", directory() + "/data", "-k", directory(),          "-c",
        "listen_addresses=",           "-c", "fsync=off",           "-c", "max_connections=200"};
    for (const auto& setting : settings_) command.insert(command.end(), {"-c", setting});
    server_ = start_program(command, directory() + "/server.log");
    const ScaledTimeout timeout;
    while (PQping(conninfo().c_str()) != PQPING_OK) {
        if (timeout.has_expired())
            throw std::runtime_error("the server does not respond: see " + directory() + "/server.log");
        std::this_thread::sleep_for(kPollInterval);
    }
}

void TestServer::end(int signal) {
    if (server_ == 0) return;
    kill(server_, signal);
    wait_for(std::exchange(server_, 0));
}

}  // namespace mindspace::postgres
