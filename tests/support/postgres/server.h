#pragma once
// A real PostgreSQL server for tests: private directory and Unix socket, no TCP, no durability. Started on first use,
// once for each test binary, and stopped with it (the kernel sees to that even when the test is killed).

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

    // With more settings, each "name=value".
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

    // Where its socket is; what libpq takes for a host.
    [[nodiscard]] const std::string& directory() const { return directory_.path().native(); }
    // Of the maintenance database.
    [[nodiscard]] std::string conninfo() const { return conninfo("postgres"); }
    [[nodiscard]] std::string conninfo(const std::string& database) const;
    // A fresh, empty database; returns its connection string.
    std::string create_database() { return create_database("template1"); }
    // A fresh one as `fill` left the first, given its connection string: in half the time of filling it.
    std::string create_filled_database(const std::function<void(const std::string&)>& fill);

    // Ends the server at once, without a checkpoint, as a power cut would; every connection is cut.
    void crash();
    // Starts the server again if it is down, and waits until it answers.
    void restart();

private:
    struct Unstarted {};
    explicit TestServer(Unstarted);
    void make_cluster(const std::vector<std::string>& command);
    std::string create_database(const std::string& model);
    void start();
    void end(int signal);

    Settings settings_;
    TemporaryDirectory directory_;
    pid_t server_ = 0;
    int databases_ = 0;
    std::string model_;  // the first filled one
};

}  // namespace mindspace::postgres
