#include "app/process/handover.h"

#include "app/embedded/data_directory.h"
#include "app/process/startup_error.h"
#include "support/base/directory.h"

#include <grp.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>

namespace mindspace::app {
namespace {

namespace fs = std::filesystem;

constexpr Account kOwner{.user = 54321, .group = 54322};

Account account_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return {.user = status.st_uid, .group = status.st_gid};
}

void write(const fs::path& path) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "x";
}

class HandOver : public testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "only root gives things away";
    }
    [[nodiscard]] fs::path outside() const { return temporary_.path() / "outside"; }
    [[nodiscard]] fs::path data() const { return temporary_.path() / "data"; }
    // Creates the data that a program which stayed root leaves, including what its servers' account may have put there.
    void make_old_data() const {
        write(outside());
        {
            const DataDirectory directory(data());
        }
        write(data() / "keys/access-token.pem");
        write(data() / "postgres/data/base/1/1259");
        fs::create_symlink(outside(), data() / "postgres/link");
        ASSERT_EQ(::chown((data() / "postgres").c_str(), 101, 104), 0);
    }

    TemporaryDirectory temporary_;
};

TEST_F(HandOver, CreatesANewDataDirectoryWithItsParents) {
    const auto path = temporary_.path() / "a/b";
    const mode_t before = ::umask(077);
    hand_over_data(path, kOwner);
    ::umask(before);
    EXPECT_EQ(account_of(path), kOwner);
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    EXPECT_EQ(account_of(path.parent_path()), current_account());
    require_reachable(path / "keys", kOwner);
}

TEST_F(HandOver, ChangesTheOwnerOfAllExistingFiles) {
    make_old_data();
    hand_over_data(data(), kOwner);
    EXPECT_EQ(account_of(data()), kOwner);
    for (const auto& entry : fs::recursive_directory_iterator(data()))
        EXPECT_EQ(account_of(entry.path()), kOwner) << entry.path();
    EXPECT_EQ(account_of(outside()), current_account()) << "no link is followed";
    hand_over_data(data(), kOwner);
}

TEST_F(HandOver, ResumesAfterAnInterruption) {
    make_old_data();
    ASSERT_EQ(::chown((data() / "keys").c_str(), kOwner.user, kOwner.group), 0);
    hand_over_data(data(), kOwner);
    EXPECT_EQ(account_of(data() / "keys/access-token.pem"), kOwner);
}

TEST_F(HandOver, RejectsAFileWithAnotherHardLink) {
    make_old_data();
    fs::create_hard_link(outside(), data() / "postgres/data/planted");
    EXPECT_THROW(hand_over_data(data(), kOwner), StartupError);
    EXPECT_EQ(account_of(outside()), current_account());
    EXPECT_EQ(account_of(data()), current_account());
}

TEST_F(HandOver, IgnoresOtherDirectoriesAndThoseInUse) {
    write(data() / "letter.txt");
    EXPECT_THROW(hand_over_data(data(), kOwner), StartupError);
    EXPECT_EQ(account_of(data() / "letter.txt"), current_account());
    fs::remove(data() / "letter.txt");
    const DataDirectory running(data());
    EXPECT_THROW(hand_over_data(data(), kOwner), StartupError);
    EXPECT_EQ(account_of(data()), current_account());
}

TEST_F(HandOver, ChangesTheOwnerOfADirectoryThatContainsOnlyLogs) {
    const auto logs = temporary_.path() / "var/logs";
    hand_over_logs(logs, kOwner);
    EXPECT_EQ(account_of(logs), kOwner);
    const auto old = temporary_.path() / "old";
    write(old / "mindspace_2026-11-28.log");
    hand_over_logs(old, kOwner);
    EXPECT_EQ(account_of(old / "mindspace_2026-11-28.log"), kOwner);
    const auto others = temporary_.path() / "others";
    write(others / "mindspace_2026-11-28.log");
    write(others / "syslog");
    hand_over_logs(others, kOwner);
    EXPECT_EQ(account_of(others), current_account());
    EXPECT_EQ(account_of(others / "mindspace_2026-11-28.log"), current_account());
}

// Runs `work` in a separate process and returns 0, or the line of the failed step.
int exit_code_of(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(SwitchAccount, CannotBeUndone) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root changes accounts";
    const auto account = program_account({});
    EXPECT_NE(account.user, 0U);
    EXPECT_NE(account.user, 65534U) << "nobody is shared with others";
    EXPECT_EQ(exit_code_of([&] {
                  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
                  switch_account(account);
                  if (current_account() != account || ::getuid() != account.user || ::getgid() != account.group)
                      return 1;
                  if (::setuid(0) == 0 || ::seteuid(0) == 0 || ::setgid(0) == 0 || ::setgroups(0, nullptr) == 0)
                      return 2;
                  if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
                      return 3;
                  int signal = 0;
                  if (::prctl(PR_GET_PDEATHSIG, &signal) != 0 || signal != SIGTERM) return 4;
                  if (std::string_view(std::getenv("HOME")) == "/root") return 5;
                  return ::access("/etc/shadow", R_OK) == 0 ? 6 : 0;
              }),
              0);
}

TEST(ProgramAccount, IsNeitherRootNorNobodyNorUnknown) {
    for (const auto* user : {"root", "nobody", "no-such-user"})
        EXPECT_THROW(program_account(user), StartupError) << user;
}

TEST(ProgramAccount, OfAnOrdinaryUserIsThatUser) {
    if (::geteuid() != 0) {
        EXPECT_EQ(program_account({}), current_account());
        return;
    }
    const auto account = program_account({});
    EXPECT_EQ(exit_code_of([&] {
                  switch_account(account);
                  if (program_account({}) != account || program_account(user_name(account.user)) != account) return 1;
                  switch_account(program_account({}));
                  try {
                      program_account("root");
                      return 2;
                  } catch (const StartupError&) {
                      return 0;
                  }
              }),
              0);
}

}  // namespace
}  // namespace mindspace::app
