#pragma once
// A real PostgreSQL server for tests: private directory and Unix socket, no TCP, no durability. Started on first use,
// once per test binary, and stopped with it (by the kernel if the test is killed).

#include "platform/postgres/values/statement.h"
#include "support/base/directory.h"

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace mindspace::postgres {

inline constexpr Statement kPid{"test_pid", "select pg_backend_pid()"};
inline constexpr Statement kSleep{"test_sleep", "select 1 from pg_sleep($1)"};

class TestServer {
public:
    static TestServer& shared();

    // Additional settings, each "name=value".
    using Settings = std::vector<std::string>;
    explicit TestServer(Settings settings = {});
    struct StandbyOf {
        const TestServer& primary;
    };
    // A hot standby.
    explicit TestServer(StandbyOf of);
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    // The directory of its socket, which libpq accepts as host.
    [[nodiscard]] const std::string& directory() const { return directory_.path().native(); }
    // The connection string of the maintenance database.
    [[nodiscard]] std::string conninfo() const { return conninfo("postgres"); }
    [[nodiscard]] std::string conninfo(const std::string& database) const;
    // A fresh, empty database; returns its connection string.
    std::string create_database() { return create_database("template1"); }
    // A new database with the contents that `fill`, given a connection string, created in the first one; copying takes
    // half the time.
    std::string create_filled_database(const std::function<void(const std::string&)>& fill);

    // Ends the server at once, without a checkpoint, like a power failure; every connection breaks.
    void crash();
    // Starts the server again if it is down, and waits until it responds.
    void restart();

private:
    struct Unstarted {};
    explicit TestServer(Unstarted);
    void make_cluster(const std::vector<std::string>& command);
    std::string create_database(const std::string& source);
    void start();
    void end(int signal);

    Settings settings_;
    TemporaryDirectory directory_;
    pid_t server_ = 0;
    int databases_ = 0;
    std::string template_;  // name of the first filled database
};

}  // namespace mindspace::postgres
