#include "app/embedded/child_process.h"

#include "app/process/startup_error.h"
#include "support/base/directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace mindspace::app {
namespace {

using namespace std::chrono_literals;

class ChildProcessTest : public testing::Test {
protected:
    ChildCommand shell(const std::string& script) const {
        return {.arguments = {"/bin/sh", "-c", script},
                .working_directory = "/",
                .log_file = temporary_.path() / "log",
                .account = current_account(),
                .stop_plan = {{SIGTERM, 100ms}}};
    }
    std::string output_of(const ChildCommand& command) const {
        auto child = ChildProcess::start(command);
        EXPECT_TRUE(child.wait(10s)) << "still running";
        return log();
    }
    std::string log() const {
        std::ostringstream text;
        text << std::ifstream(temporary_.path() / "log").rdbuf();
        return text.str();
    }

    TemporaryDirectory temporary_;
};

TEST_F(ChildProcessTest, ReportsHowItEnded) {
    auto failed = ChildProcess::start(shell("exit 3"));
    const auto end = failed.wait(10s);
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->succeeded());
    EXPECT_EQ(end->describe(), "exit code 3");
    auto killed = ChildProcess::start(shell("kill -9 $$"));
    EXPECT_EQ(killed.wait(10s).value().describe(), "signal 9 (Killed)");
}

TEST_F(ChildProcessTest, ReportsAProgramThatCannotRun) {
    auto command = shell("");
    command.arguments = {"/no/such/program"};
    try {
        ChildProcess::start(command);
        FAIL();
    } catch (const StartupError& error) {
        EXPECT_EQ(error.exit_code(), EX_UNAVAILABLE);
        EXPECT_STREQ(error.what(), "cannot start /no/such/program: No such file or directory");
    }
}

TEST_F(ChildProcessTest, InheritsNoEnvironmentAndNoDescriptors) {
    ::setenv("MINDSPACE_SECRET", "x", 1);
    const int leaked = ::dup(STDERR_FILENO);
    // Without a pipe, because the shell would still have one end open while ls runs; and ls is not the last command,
    // because the shell might exec it.
    const std::string output = output_of(shell("env; ls /proc/$$/fd; true"));
    ::close(leaked);
    ::unsetenv("MINDSPACE_SECRET");
    EXPECT_FALSE(output.contains("SECRET")) << output;
    EXPECT_TRUE(output.contains("TZ=UTC")) << output;
    EXPECT_TRUE(output.ends_with("\n0\n1\n2\n")) << output;
}

TEST_F(ChildProcessTest, ReceivesSignalsThatItsParentIgnoresOrBlocks) {
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    auto* const before = ::signal(SIGINT, SIG_IGN);
    auto terminated = ChildProcess::start(shell("kill -TERM $$; echo survived"));
    auto interrupted = ChildProcess::start(shell("kill -INT $$; echo survived"));
    ::signal(SIGINT, before);
    ::pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr);
    EXPECT_EQ(terminated.wait(10s).value().wait_status, SIGTERM);
    EXPECT_EQ(interrupted.wait(10s).value().wait_status, SIGINT);
}

TEST_F(ChildProcessTest, HasASeparateProcessSession) {
    auto child = ChildProcess::start(shell("exec sleep 60"));
    EXPECT_EQ(::getsid(child.pid()), child.pid());
    EXPECT_EQ(child.stop().wait_status, SIGTERM);
}

TEST_F(ChildProcessTest, IsKilledWithItsSessionWhenItDoesNotStop) {
    auto child = ChildProcess::start(shell("trap '' TERM; echo ready; while :; do sleep 1; done"));
    while (!log().contains("ready")) ASSERT_FALSE(child.wait(1ms));
    EXPECT_EQ(child.stop().wait_status, SIGKILL);
}

TEST_F(ChildProcessTest, RunsAsTheAccountWithoutItsOldGroups) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root changes accounts";
    auto command = shell("id -u; id -G");
    command.account = {.user = 65534, .group = 65534};
    EXPECT_EQ(output_of(command), "65534\n65534\n");
}

TEST_F(ChildProcessTest, StartsOnTheMainThreadOnly) {
    std::thread([this] { EXPECT_THROW(ChildProcess::start(shell("")), std::logic_error); }).join();
}

}  // namespace
}  // namespace mindspace::app
