#pragma once
// Runs the program under test (the variable MINDSPACE_BINARY) as users run it: `mindspace up` or `serve`, with its own
// data directory and free ports; or, with MINDSPACE_TOPOLOGY=split, as one process per role behind a gateway. Its log
// is printed when a test fails.

#include "support/postgres/supervised_servers.h"
#include "support/program/split.h"
#include "support/redis/server.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::integration {

// Every program of a test has very high rate limits and one allowed origin. Only the release build hashes passwords at
// full cost and refuses requests that a loaded machine cannot serve in time.
inline constexpr std::string_view kAllowedOrigin = "https://app.example";

// For tests of the cost of password hashing.
extern const Environment kFullPasswordHash;

// Whether this is the release build, which must meet the promised figures.
bool is_shipped();
// The path of the program.
std::string program_path();
// The processes for MINDSPACE_TOPOLOGY; nothing: a single one.
std::optional<SplitPlan> plan_of_environment();
// The default settings of a program whose data directory is `data`.
Environment settings_for(const std::filesystem::path& data);

// Which PostgreSQL and Redis it uses. Dedicated servers take seconds longer to start: for tests of `mindspace up`.
enum class Servers {
    shared,     // a new database on the tests' server and a Redis, unless the settings name others (`mindspace serve`)
    dedicated,  // started for this program and restarted when killed: by the program itself (`mindspace up`), or by a
                // separate supervisor, for several processes
};
// Dedicated servers if the program is one process.
Servers dedicated_unless_split();

class Program {
public:
    // Starts it with an empty data directory and waits until it is ready. Throws if it does not become ready.
    explicit Program(Environment more_settings = {}, std::optional<SplitPlan> plan = plan_of_environment(),
                     Servers servers = Servers::shared);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // One program for the whole test binary, for tests that leave it running and do not disturb others. It is stopped,
    // and its exit code checked, at the end.
    static Program& shared();

    // Starts it again with the existing data, on a new port.
    void start();
    [[nodiscard]] bool is_running() const { return front().is_running(); }
    [[nodiscard]] pid_t pid() const { return front().pid(); }
    void send(int signal) const { front().send(signal); }
    // SIGTERM; returns the exit code.
    int stop();
    // Waits for the requested end; returns the exit code.
    int wait_for_end() { return front().wait_for_end(); }
    // SIGKILL: ends without a chance to clean up.
    void kill();

    // Changes a setting for the next start of the process with the auth role.
    void set_for_auth(const std::string& variable, std::string value);
    // Runs another command with the settings of that process to its end; `input` is its standard input.
    [[nodiscard]] ProcessResult run(const std::vector<std::string>& arguments, std::string_view input = {}) const;
    // The data directory of that process, and its mail directory.
    [[nodiscard]] std::filesystem::path auth_data() const;
    [[nodiscard]] std::filesystem::path mail() const { return auth_data() / "mail"; }
    // The connection string of the database.
    [[nodiscard]] std::string conninfo() const;

    // Of all its processes together, without PostgreSQL and Redis.
    [[nodiscard]] std::int64_t resident_bytes() const;
    [[nodiscard]] std::uint16_t port() const { return front().port(); }
    [[nodiscard]] std::uint16_t management_port() const { return front().management_port(); }
    // That of the process with that role.
    [[nodiscard]] std::uint16_t management_port(const std::string& role) const {
        return (split_ ? std::as_const(*split_).node(role) : *one_).management_port();
    }
    // The file of its certificate, which clients trust; empty: plain HTTP.
    [[nodiscard]] const std::string& certificate() const { return certificate_; }
    // Only for a split program.
    [[nodiscard]] Split& split() { return *split_; }
    [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "data"; }
    [[nodiscard]] std::string log() const { return split_ ? split_->log() : one_->log(); }
    // The processes of dedicated servers, from their pid files; nothing while there is none.
    [[nodiscard]] std::optional<pid_t> postgres_pid() const;
    [[nodiscard]] std::optional<pid_t> redis_pid() const;

private:
    [[nodiscard]] const Node& auth() const;
    // The one that clients connect to first.
    [[nodiscard]] std::vector<const Node*> processes() const;
    // The process that clients connect to.
    [[nodiscard]] Node& front() const { return split_ ? split_->front() : *one_; }

    TemporaryDirectory directory_;
    std::string certificate_;
    std::optional<redis::TestServer> redis_;
    std::optional<SupervisedServers> supervised_;
    std::unique_ptr<Node> one_;     // exactly one of
    std::unique_ptr<Split> split_;  // these is set
};

}  // namespace mindspace::integration
