// Started as root, the program and its servers switch to a separate account.

#include "support/network/certificate.h"
#include "support/program/person.h"

#include <gmock/gmock.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace mindspace::integration {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

uid_t user_id(const char* name) {
    const passwd* entry = ::getpwnam(name);
    if (entry == nullptr) throw std::runtime_error(std::string("there is no user ") + name);
    return entry->pw_uid;
}

// The value of a line of /proc/PID/status, or of one of its threads; fields are separated by a space.
std::string status_of(const fs::path& process, const std::string& line) {
    std::ifstream file(process / "status");
    for (std::string text; std::getline(file, text);) {
        if (!text.starts_with(line + ":")) continue;
        std::istringstream words(text.substr(line.size() + 1));
        std::string joined;
        for (std::string word; words >> word;) joined += (joined.empty() ? "" : " ") + word;
        return joined;
    }
    return "(none)";
}

void expect_runs_as(pid_t pid, uid_t user) {
    const auto id = std::to_string(user);
    for (const auto& thread : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        EXPECT_EQ(status_of(thread.path(), "Uid"), id + " " + id + " " + id + " " + id);
        EXPECT_THAT(status_of(thread.path(), "Gid"), testing::Not(testing::StartsWith("0 ")));
        for (const auto* set : {"CapPrm", "CapEff", "CapAmb"})
            EXPECT_EQ(status_of(thread.path(), set), "0000000000000000") << set;
        EXPECT_EQ(status_of(thread.path(), "NoNewPrivs"), "1");
    }
}

void expect_all_owned_by(const fs::path& directory, uid_t user) {
    const auto owner = [](const fs::path& path) {
        struct stat status{};
        return ::lstat(path.c_str(), &status) == 0 ? status.st_uid : user_id("root");
    };
    EXPECT_EQ(owner(directory), user);
    std::error_code failure;
    for (fs::recursive_directory_iterator at(directory, failure), end; at != end; at.increment(failure))
        if (fs::exists(at->symlink_status(failure))) EXPECT_EQ(owner(at->path()), user) << at->path();
}

// The program's process id, from its lock file.
pid_t pid_of(const Program& program) {
    pid_t pid = 0;
    std::ifstream(program.data() / "mindspace.lock") >> pid;
    return pid;
}

class StartupAsRoot : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    }
    static void expect_runs_whole_as(const Program& program, const char* user) {
        for (const auto pid : {std::optional(pid_of(program)), program.postgres_pid(), program.redis_pid()}) {
            ASSERT_TRUE(pid);
            expect_runs_as(*pid, user_id(user));
        }
        expect_all_owned_by(program.data(), user_id(user));
    }
};

TEST_F(StartupAsRoot, SwitchesToItsOwnAccountTogetherWithItsServers) {
    Program program({}, std::nullopt, Servers::dedicated);
    auto person = register_person(program);
    EXPECT_TRUE(is(person.client.get(kMe), 200));
    expect_runs_whole_as(program, "mindspace");
    EXPECT_NE(user_id("mindspace"), user_id("nobody"));
    // Crashed servers are restarted as the current account.
    const auto before = program.redis_pid();
    ASSERT_EQ(::kill(before.value(), SIGKILL), 0);
    EXPECT_TRUE(eventually([&] { return program.redis_pid() && program.redis_pid() != before; }));
    expect_runs_as(program.redis_pid().value(), user_id("mindspace"));
    // A key created by root belongs to the program's account, too.
    EXPECT_EQ(program.run({"keys", "rotate"}).exit_code, 0);
    expect_all_owned_by(program.data() / "keys", user_id("mindspace"));
}

TEST_F(StartupAsRoot, UsesTheConfiguredAccount) {
    Program program({{"MINDSPACE_PROCESS_USER", "postgres"}}, std::nullopt, Servers::dedicated);
    EXPECT_TRUE(is(Client(program).get("/readyz"), 200));
    expect_runs_whole_as(program, "postgres");
}

// The state of earlier versions, which stayed root and ran the servers as the user postgres.
TEST_F(StartupAsRoot, TakesOwnershipOfDataCreatedByRoot) {
    Program program({}, std::nullopt, Servers::dedicated);
    const auto person = register_person(program);
    for (int round = 0; round < 2; ++round) {
        ASSERT_EQ(program.stop(), 0);
        const auto data = program.data().native();
        EXPECT_EQ(run_to_end({"chown", "-R", "root:root", data}).exit_code, 0);
        EXPECT_EQ(run_to_end({"chmod", "755", data}).exit_code, 0);
        EXPECT_EQ(run_to_end({"chown", "-R", "postgres:postgres", data + "/postgres", data + "/redis", data + "/run"})
                      .exit_code,
                  0);
        program.start();
        const json::object login{{"email", person.email}, {"password", kPassword}};
        EXPECT_TRUE(is(Client(program).post(kLogin, login), 200));
        EXPECT_TRUE(is(Client(program, person.client.access_token()).get(kMe), 200)) << "the signing key is the same";
        expect_runs_whole_as(program, "mindspace");
    }
}

TEST_F(StartupAsRoot, ServesAPrivilegedPort) {
    std::string taken;
    for (int port = 1023; port > 900 && taken.empty(); --port) {
        const auto number = std::to_string(port);
        try {
            Program program({{"MINDSPACE_HTTP_PORT", number}}, std::nullopt);
            EXPECT_EQ(program.port(), port);
            EXPECT_TRUE(is(Client(program).get("/livez"), 200));
            taken = number;
        } catch (const std::runtime_error& fault) {
            if (!std::string(fault.what()).contains("cannot listen")) throw;
        }
    }
    EXPECT_FALSE(taken.empty());
}

TEST_F(StartupAsRoot, WritesItsLogFilesItself) {
    const TemporaryDirectory directory;
    const auto logs = directory.path() / "logs";
    const Program program({{"MINDSPACE_LOG_DIRECTORY", logs}}, std::nullopt);
    EXPECT_FALSE(fs::is_empty(logs));
    expect_all_owned_by(logs, user_id("mindspace"));
}

// The account's default is another one: whose data directory it is, is decided before the switch. A directory of the
// test takes the place of /var/lib, in a mount namespace (mount_namespaces(7)).
TEST_F(StartupAsRoot, KeepsTheDefaultDataDirectory) {
    const TemporaryDirectory directory;
    const auto var_lib = directory.path() / "lib";
    fs::create_directory(var_lib);
    const auto command = [&](std::vector<std::string> words) {
        words.insert(words.begin(),
                     {"unshare", "--mount", "sh", "-ec", "mount --bind \"$0\" /var/lib; exec \"$@\"", var_lib});
        return words;
    };
    if (run_to_end(command({"true"})).exit_code != 0) GTEST_SKIP() << "needs a mount namespace";
    auto settings = settings_for({});
    settings.erase("MINDSPACE_DATA_DIR");
    settings["MINDSPACE_BACKUP_ENABLED"] = "true";
    Node node(command({program_path(), "up"}), settings, directory.path() / "log");
    node.start();
    EXPECT_TRUE(fs::exists(var_lib / "mindspace" / "mindspace.lock"));
    const auto backups = run_to_end(command({program_path(), "backup", "list"}), settings);
    EXPECT_THAT(backups.output, HasSubstr("MADE AT"));  // the list, which may be empty
    node.send(SIGTERM);
    EXPECT_EQ(node.wait_for_end(), 0);
}

TEST_F(StartupAsRoot, RefusesAKeyThatItCouldNotReload) {
    const TemporaryDirectory directory;
    const auto key = directory.path() / "key.pem";
    make_certificate({.certificate = directory.path() / "certificate.pem", .key = key}, "first");
    ASSERT_EQ(::chmod(key.c_str(), 0600), 0);
    auto settings = settings_for(directory.path() / "data");
    settings["MINDSPACE_TLS_CERTIFICATE"] = directory.path() / "certificate.pem";
    settings["MINDSPACE_TLS_KEY"] = key;
    const auto ended = run_to_end({program_path(), "up"}, settings);
    EXPECT_EQ(ended.exit_code, kMisconfigured) << ended.output;
    EXPECT_THAT(ended.output, HasSubstr("tls.key: " + key.native() + " cannot be read by mindspace"));
}

TEST_F(StartupAsRoot, RefusesAnAccountThatIsNotItsOwn) {
    const TemporaryDirectory directory;
    auto settings = settings_for(directory.path() / "data");
    for (const auto* user : {"root", "nobody", "no-such-user"}) {
        settings["MINDSPACE_PROCESS_USER"] = user;
        const auto ended = run_to_end({program_path(), "up"}, settings);
        EXPECT_EQ(ended.exit_code, kMisconfigured) << ended.output;
        EXPECT_THAT(ended.output, HasSubstr("process.user"));
    }
}

}  // namespace
}  // namespace mindspace::integration
