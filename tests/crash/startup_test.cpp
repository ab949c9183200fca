// Starts that cannot succeed: they print one clear line, and the exit code tells a service manager the reason
// (sysexits.h).

#include "support/network/raw_connection.h"
#include "support/postgres/migrated_database.h"
#include "support/program/person.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace mindspace::integration {
namespace {

using testing::HasSubstr;

// The lines that are not log events: what a person at a terminal reads.
std::vector<std::string> plain_lines(const std::string& output) {
    std::vector<std::string> lines;
    std::istringstream stream(output);
    for (std::string line; std::getline(stream, line);)
        if (!line.starts_with('{')) lines.push_back(line);
    return lines;
}

// All on one data directory: leftovers of a failed start must not matter.
ProcessResult run(const std::vector<std::string>& arguments, Environment more) {
    static const TemporaryDirectory kDirectory;
    more.merge(settings_for(kDirectory.path() / "data"));
    std::vector<std::string> words{program_path()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run_to_end(words, more);
}

void expect_refusal(const ProcessResult& ended, int exit_code, const std::string& word) {
    EXPECT_EQ(ended.exit_code, exit_code) << ended.output;
    const auto lines = plain_lines(ended.output);
    ASSERT_EQ(lines.size(), 1U) << ended.output;
    EXPECT_THAT(lines[0], testing::StartsWith("mindspace: "));
    EXPECT_THAT(lines[0], HasSubstr(word));
}

// A port in use.
class TakenPort {
public:
    TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, generic, size), 0);
        EXPECT_EQ(::listen(socket_, 1), 0);
        EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
        number_ = std::to_string(ntohs(address.sin_port));
    }
    ~TakenPort() { ::close(socket_); }
    TakenPort(const TakenPort&) = delete;
    TakenPort& operator=(const TakenPort&) = delete;
    [[nodiscard]] const std::string& number() const { return number_; }

private:
    int socket_;
    std::string number_;
};

TEST(Startup, ReportsAPortInUse) {
    const TakenPort port;
    expect_refusal(run({"up"}, {{"MINDSPACE_HTTP_PORT", port.number()}}), kMisconfigured, port.number());
    expect_refusal(run({"up"}, {{"MINDSPACE_MANAGEMENT_PORT", port.number()}}), kMisconfigured, port.number());
}

// Its cores share a port; another program must not be able to bind it and take half of the connections.
TEST(Startup, DoesNotShareAPortWithAnotherMindSpace) {
    const auto port = std::to_string(Program::shared().port());
    expect_refusal(run({"up"}, {{"MINDSPACE_HTTP_PORT", port}}), kMisconfigured, port);
}

TEST(Startup, RefusesASecondProgramOnTheSameData) {
    expect_refusal(run({"up"}, {{"MINDSPACE_DATA_DIR", Program::shared().auth_data()}}), kUnavailable, "in use");
    EXPECT_TRUE(is(Client(Program::shared()).get("/readyz"), 200));
}

TEST(Startup, ReportsAnUnknownSetting) {
    expect_refusal(run({"up"}, {{"MINDSPACE_HTTP_PROT", "1"}}), kMisconfigured, "MINDSPACE_HTTP_PROT");
    expect_refusal(run({"up", "--set", "http.prot=1"}, {}), kMisconfigured, "http.prot");
    const TemporaryDirectory directory;
    const auto file = directory.path() / "mindspace.toml";
    std::ofstream(file) << "[http]\nidle_timeout_seconds = 5\nprot = 1\n";
    expect_refusal(run({"up", "--config", file}, {}), kMisconfigured, "http.prot");
}

TEST(Startup, ReportsAnInvalidValue) {
    expect_refusal(run({"up"}, {{"MINDSPACE_HTTP_PORT", "65536"}}), kMisconfigured, "MINDSPACE_HTTP_PORT");
    expect_refusal(run({"up"}, {{"MINDSPACE_RATE_LIMIT_SCALE", "much"}}), kMisconfigured, "MINDSPACE_RATE_LIMIT_SCALE");
}

TEST(Startup, RefusesADataDirectoryThatItCannotWriteTo) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "file";
    std::ofstream(file) << "not a directory\n";
    for (const auto& data : {file, file / "below"})
        expect_refusal(run({"up"}, {{"MINDSPACE_DATA_DIR", data}}), kMisconfigured, data);
}

TEST(Startup, RefusesADataDirectoryWithForeignFiles) {
    const TemporaryDirectory directory;
    std::ofstream(directory.path() / "thesis.tex") << "precious\n";
    expect_refusal(run({"up"}, {{"MINDSPACE_DATA_DIR", directory.path()}}), kMisconfigured, directory.path());
    EXPECT_EQ(read_whole_file(directory.path() / "thesis.tex"), "precious\n");
}

TEST(Startup, OfServeRequiresADatabaseUrl) {
    expect_refusal(run({"serve"}, {}), kMisconfigured, "database.url");
}

TEST(Startup, OfServeWaitsForTheDatabaseForTheConfiguredTime) {
    const auto began = std::chrono::steady_clock::now();
    const auto ended = run({"serve"}, {{"MINDSPACE_DATABASE_URL", "postgresql://127.0.0.1:1/mindspace"},
                                       {"MINDSPACE_REDIS_URL", "redis://127.0.0.1:1"},
                                       {"MINDSPACE_DATABASE_START_TIMEOUT_SECONDS", "2"}});
    EXPECT_GE(std::chrono::steady_clock::now() - began, 2s);
    expect_refusal(ended, kUnavailable, "PostgreSQL is unavailable");
    EXPECT_THAT(ended.output, HasSubstr("waiting for PostgreSQL"));
}

TEST(Startup, OfMigrateRequiresOnlyTheDatabase) {
    expect_refusal(run({"migrate"}, {}), kMisconfigured, "database.url");
    const auto ended = run({"migrate"}, {{"MINDSPACE_DATABASE_URL", create_migrated_database()}});
    EXPECT_EQ(ended.exit_code, 0) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("schema is up to date"));
}

TEST(Startup, OfARoleBeyondLoopbackRequiresTheGatewaySecret) {
    const Environment servers{{"MINDSPACE_DATABASE_URL", "postgresql://127.0.0.1:1/mindspace"},
                              {"MINDSPACE_REDIS_URL", "redis://127.0.0.1:1"}};
    const auto serve = [&](const char* roles, Environment more) {
        more.merge(Environment(servers));
        return run({"serve", "--roles", roles}, more);
    };
    for (const auto* address : {"0.0.0.0", "::"})
        expect_refusal(serve("user", {{"MINDSPACE_HTTP_ROLE_ADDRESS", address}}), kMisconfigured,
                       "gateway.secret_file");
    expect_refusal(serve("gateway", {{"MINDSPACE_UPSTREAM_USER", "http://10.0.0.9:3002"}}), kMisconfigured,
                   "gateway.secret_file");
    const TemporaryDirectory directory;
    const auto file = directory.path() / "secret";
    expect_refusal(serve("user", {{"MINDSPACE_GATEWAY_SECRET_FILE", file}}), kMisconfigured, "cannot be read");
    std::ofstream(file) << "short\n";
    expect_refusal(serve("user", {{"MINDSPACE_GATEWAY_SECRET_FILE", file}}), kMisconfigured, "32 characters");
}

TEST(Startup, OfASeparateRoleRequiresTheAuthSecret) {
    const Environment servers{{"MINDSPACE_DATABASE_URL", "postgresql://127.0.0.1:1/mindspace"},
                              {"MINDSPACE_REDIS_URL", "redis://127.0.0.1:1"},
                              {"MINDSPACE_DATABASE_START_TIMEOUT_SECONDS", "1"}};
    for (const char* roles : {"auth", "meditation", "gateway,user,meditation"})
        expect_refusal(run({"serve", "--roles", roles}, servers), kMisconfigured, "auth.secret_file");
    for (const char* roles : {"gateway", "user", "analytics", "all"})
        expect_refusal(run({"serve", "--roles", roles}, servers), kUnavailable, "PostgreSQL");
}

TEST(Startup, RejectsUnknownArguments) {
    EXPECT_NE(run({"up", "--fast"}, {}).exit_code, 0);
    EXPECT_NE(run({"dance"}, {}).exit_code, 0);
    EXPECT_NE(run({}, {}).exit_code, 0);
    EXPECT_NE(run({"serve", "--roles", "gateway,cook"}, {}).exit_code, 0);
}

}  // namespace
}  // namespace mindspace::integration
