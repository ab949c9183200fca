#include "platform/postgres/test_server.h"

#include <libpq-fe.h>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace mindspace::postgres {

namespace {

constexpr std::chrono::seconds kStartTimeout{60};
constexpr std::chrono::milliseconds kPollInterval{10};
constexpr int kCannotStart = 127;

std::string bin_directory() {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen("pg_config --bindir", "r"), &pclose);
    std::array<char, 4096> line{};
    if (!pipe || fgets(line.data(), line.size(), pipe.get()) == nullptr)
        throw std::runtime_error("pg_config is not there");
    std::string directory = line.data();
    while (!directory.empty() && directory.back() == '\n') directory.pop_back();
    return directory;
}

// PostgreSQL refuses to run as root: as root, everything belongs to the user postgres.
const passwd* server_user() {
    if (geteuid() != 0) return nullptr;
    const passwd* user = getpwnam("postgres");
    if (user == nullptr) throw std::runtime_error("there is no user postgres");
    return user;
}

// Starts a program of the server's, writing to `log`, that dies with this process.
pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const passwd* user = server_user();
    pid_t child = fork();
    if (child != 0) return child;
    int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    if (user != nullptr && (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(kCannotStart);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after setuid, which clears it
    execv(arguments[0], arguments.data());
    _exit(kCannotStart);
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
    make_directory();
    make_cluster({bin_directory() + "/initdb", "-D", directory_ + "/data", "-U", "postgres", "-A", "trust", "-E",
                  "UTF8", "--locale=C.UTF-8", "--no-sync"});
    start();
}

TestServer::TestServer(StandbyOf of) {
    make_directory();
    make_cluster({bin_directory() + "/pg_basebackup", "-D", directory_ + "/data", "-h", of.primary.directory_, "-U",
                  "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync"});
    start();
}

void TestServer::make_directory() {
    // The user postgres must get there, and a socket's path holds 107 characters.
    std::string pattern = std::filesystem::temp_directory_path() / "mindspace-postgres-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    directory_ = pattern;
    std::filesystem::permissions(directory_, std::filesystem::perms(0711));
    if (const passwd* user = server_user();
        user != nullptr && chown(directory_.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("cannot give the directory to the user postgres");
}

void TestServer::make_cluster(const std::vector<std::string>& command) {
    if (wait_for(spawn(command, directory_ + "/make.log")) != 0)
        throw std::runtime_error(command.front() + " failed: see " + directory_ + "/make.log");
}

TestServer::~TestServer() {
    end(SIGQUIT);
    std::filesystem::remove_all(directory_);
}

std::string TestServer::create_database() {
    std::string name = "test" + std::to_string(++databases_);
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo().c_str()), &PQfinish);
    std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), ("create database " + name).c_str()),
                                                         &PQclear);
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
    return "host=" + directory_ + " user=postgres dbname=" + database;
}

void TestServer::start() {
    std::vector<std::string> command{
        bin_directory() + "/postgres", "-D", directory_ + "/data", "-k", directory_,           "-c",
        "listen_addresses=",           "-c", "fsync=off",          "-c", "max_connections=200"};
    for (const auto& setting : settings_) command.insert(command.end(), {"-c", setting});
    server_ = spawn(command, directory_ + "/server.log");
    auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
    while (PQping(conninfo().c_str()) != PQPING_OK) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("the server does not answer: see " + directory_ + "/server.log");
        std::this_thread::sleep_for(kPollInterval);
    }
}

void TestServer::end(int signal) {
    if (server_ == 0) return;
    kill(server_, signal);
    wait_for(std::exchange(server_, 0));
}

}  // namespace mindspace::postgres
