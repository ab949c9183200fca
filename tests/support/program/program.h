#pragma once
// The program under test (the variable MINDSPACE_BINARY), running as its users run it: `mindspace up` or `serve`, on
// its own data directory and free ports; or, with MINDSPACE_TOPOLOGY=split, as one process a role behind a gateway. Its
// log is printed when a test fails.

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

// Of every program that a test starts. Rate limits are far away, one foreign origin may call, and only the build that
// ships hashes passwords as it does for its users, and refuses what a loaded machine cannot serve in time.
inline constexpr std::string_view kAllowedOrigin = "https://app.example";

// For a test that is about the cost of a password.
extern const Environment kFullPasswordHash;

// Whether it is the build that ships, for which the promised figures must hold.
bool is_shipped();
// Where the program is.
std::string program_path();
// The processes that MINDSPACE_TOPOLOGY asks for; nothing: one.
std::optional<SplitPlan> plan_of_environment();
// The settings of a program whose data is kept below `data`.
Environment settings_for(const std::filesystem::path& data);

// Where its PostgreSQL and its Redis are. `up` takes seconds longer: for tests that are about it.
enum class Servers {
    tests,  // a new database of the tests' server and a Redis, unless the settings name others (`mindspace serve`)
    own,    // started for it alone, and again when they are killed: by itself (`mindspace up`), or beside several
            // processes
};
// Its own where the program is one process.
Servers servers_of_up();

class Program {
public:
    // Starts it on an empty data directory and waits until it is ready. Throws when it does not become so.
    explicit Program(Environment more_settings = {}, std::optional<SplitPlan> plan = plan_of_environment(),
                     Servers servers = Servers::tests);
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // For tests that leave it running and do not disturb others: one for all of a test binary, stopped (and its exit
    // code checked) at the end.
    static Program& shared();

    // Starts it on the data that is there. What clients talk to takes another port.
    void start();
    [[nodiscard]] bool is_running() const { return front().is_running(); }
    [[nodiscard]] pid_t pid() const { return front().pid(); }
    void send(int signal) const { front().send(signal); }
    // SIGTERM; returns the exit code.
    int stop();
    // Waits for the end that was asked for; returns the exit code.
    int wait_for_end() { return front().wait_for_end(); }
    // SIGKILL: gone, without a chance to tidy up.
    void kill();

    // For the next start of the process with the auth role.
    void set_for_auth(const std::string& variable, std::string value);
    // Runs another command with the settings of that process, to the end; `input` is its standard input.
    [[nodiscard]] Ended run(const std::vector<std::string>& arguments, std::string_view input = {}) const;
    // The data directory of that process, and where it puts mails.
    [[nodiscard]] std::filesystem::path auth_data() const;
    [[nodiscard]] std::filesystem::path mail() const { return auth_data() / "mail"; }
    // The database, for libpq.
    [[nodiscard]] std::string conninfo() const;

    // Of all its processes together, its servers left out.
    [[nodiscard]] std::int64_t resident_bytes() const;
    [[nodiscard]] std::uint16_t port() const { return front().port(); }
    [[nodiscard]] std::uint16_t management_port() const { return front().management_port(); }
    // Of the process with that role.
    [[nodiscard]] std::uint16_t management_port(const std::string& role) const {
        return (split_ ? std::as_const(*split_).node(role) : *one_).management_port();
    }
    // The file of its certificate, which clients trust; empty: it speaks plain HTTP.
    [[nodiscard]] const std::string& certificate() const { return certificate_; }
    // Of a split one.
    [[nodiscard]] Split& split() { return *split_; }
    [[nodiscard]] std::filesystem::path data() const { return directory_.path() / "data"; }
    [[nodiscard]] std::string log() const { return split_ ? split_->log() : one_->log(); }
    // Of its own servers, as their pid files have it; nothing while there is none.
    [[nodiscard]] std::optional<pid_t> postgres_pid() const;
    [[nodiscard]] std::optional<pid_t> redis_pid() const;

private:
    [[nodiscard]] const Node& auth() const;
    // The front first.
    [[nodiscard]] std::vector<const Node*> processes() const;
    // The process that clients talk to.
    [[nodiscard]] Node& front() const { return split_ ? split_->front() : *one_; }

    TemporaryDirectory directory_;
    std::string certificate_;
    std::optional<redis::TestServer> redis_;
    std::optional<SupervisedServers> supervised_;
    std::unique_ptr<Node> one_;     // either of the two
    std::unique_ptr<Split> split_;  // is there
};

}  // namespace mindspace::integration
