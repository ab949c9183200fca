#include "app/embedded/data_directory.h"

#include "app/embedded/socket_directory.h"
#include "app/process/account.h"
#include "app/process/startup_error.h"
#include "support/base/directory.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>

namespace mindspace::app {
namespace {

namespace fs = std::filesystem;

constexpr Account kNobody{.user = 65534, .group = 65534};

mode_t mode_of(const fs::path& path) {
    struct stat status{};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
}

// The message of the StartupError that `act` throws.
std::string refusal(int exit_code, const std::function<void()>& act) {
    try {
        act();
    } catch (const StartupError& error) {
        EXPECT_EQ(error.exit_code(), exit_code);
        EXPECT_FALSE(std::string(error.what()).contains('\n')) << "more than one line";
        return error.what();
    }
    ADD_FAILURE() << "no StartupError";
    return {};
}

std::string open_refusal(const fs::path& path) {
    return refusal(EX_CONFIG, [&path] { const DataDirectory refused(path); });
}

TEST(DataDirectory, IsCreatedWithItsParentsAndPrivateSubdirectories) {
    const TemporaryDirectory temporary;
    const mode_t before = ::umask(077);
    const DataDirectory directory(temporary.path() / "a/b/");
    ::umask(before);
    EXPECT_EQ(directory.root(), temporary.path() / "a/b");
    EXPECT_EQ(mode_of(directory.root()), ::geteuid() == 0 ? 0755U : 0700U);
    EXPECT_EQ(mode_of(temporary.path() / "a"), ::geteuid() == 0 ? 0755U : 0700U);
    for (const auto& room : {directory.keys(), directory.mail(), directory.log()})
        EXPECT_EQ(mode_of(room), 0700U) << room;
}

TEST(DataDirectory, CanBeReopenedAfterItsOwnerHasEnded) {
    const TemporaryDirectory temporary;
    {
        const DataDirectory first(temporary.path());
    }
    const DataDirectory second(temporary.path());
    EXPECT_TRUE(fs::exists(second.keys()));
}

TEST(DataDirectory, IsLockedByOneProgramAtATime) {
    const TemporaryDirectory temporary;
    const DataDirectory first(temporary.path());
    const std::string message = refusal(EX_UNAVAILABLE, [&] { const DataDirectory second(temporary.path()); });
    EXPECT_TRUE(message.contains("in use by process " + std::to_string(::getpid()) + ":")) << message;
}

TEST(DataDirectory, ReportsWhatToDoIfItIsNotWritable) {
    const std::string message = open_refusal("/proc/mindspace");
    EXPECT_TRUE(message.contains("/proc/mindspace")) << message;
    EXPECT_TRUE(message.contains("MINDSPACE_DATA_DIR")) << message;
}

TEST(DataDirectory, RejectsAFile) {
    const TemporaryDirectory temporary;
    std::ofstream(temporary.path() / "file") << "x";
    EXPECT_TRUE(open_refusal(temporary.path() / "file").contains("not a directory"));
    EXPECT_TRUE(open_refusal(temporary.path() / "file/below").contains("ot a directory"));
}

TEST(DataDirectory, RejectsDirectoriesWithForeignFiles) {
    const TemporaryDirectory temporary;
    std::ofstream(temporary.path() / "letter.txt") << "x";
    EXPECT_TRUE(open_refusal(temporary.path()).contains("other files"));
    EXPECT_FALSE(fs::exists(temporary.path() / "mindspace.lock"));
}

TEST(DataDirectory, CanBeTheRootOfANewFilesystem) {
    const TemporaryDirectory temporary;
    fs::create_directory(temporary.path() / "lost+found");
    const DataDirectory directory(temporary.path());
    EXPECT_TRUE(fs::exists(directory.keys()));
}

TEST(DataDirectory, RejectsADirectoryOfAnotherUser) {
    const TemporaryDirectory temporary;
    const bool root = ::geteuid() == 0;
    if (root) ASSERT_EQ(::chown(temporary.path().c_str(), kNobody.user, kNobody.group), 0);
    const std::string message = open_refusal(root ? temporary.path() : fs::path("/usr"));
    EXPECT_TRUE(message.contains("it belongs to " + user_name(root ? kNobody.user : 0))) << message;
}

TEST(DataDirectory, RejectsADirectoryThatOthersCanWriteTo) {
    const TemporaryDirectory temporary;
    {
        const DataDirectory first(temporary.path());
    }
    ::chmod(temporary.path().c_str(), 0777);
    EXPECT_TRUE(open_refusal(temporary.path()).contains("chmod go-w"));
}

TEST(OwnedDirectory, RejectsASymbolicLink) {
    const TemporaryDirectory temporary;
    fs::create_directory_symlink("/usr", temporary.path() / "link");
    refusal(EX_CONFIG, [&] { ensure_owned_directory(temporary.path() / "link", 0700, current_account()); });
}

TEST(OwnedDirectory, RejectsADirectoryThatAnotherUserCreatedFirst) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can act as somebody else";
    const TemporaryDirectory temporary;
    ASSERT_EQ(::chown(temporary.path().c_str(), kNobody.user, kNobody.group), 0);
    refusal(EX_CONFIG, [&] { ensure_owned_directory(temporary.path(), 0700, current_account()); });
}

TEST(OwnedDirectory, CompletesAPartlyCreatedOne) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root gives directories away";
    const TemporaryDirectory temporary;
    ensure_owned_directory(temporary.path(), 0700, kNobody);
    EXPECT_EQ(mode_of(temporary.path()), 0700U);
    EXPECT_EQ(server_account(temporary.path()), kNobody) << "who wrote the data goes on with it";
}

TEST(RequireReachable, NamesTheParentThatIsClosed) {
    if (::geteuid() != 0) GTEST_SKIP() << "an ordinary user's servers run as that user";
    const TemporaryDirectory temporary;
    fs::create_directories(temporary.path() / "closed/data");
    require_reachable(temporary.path() / "closed/data", kNobody);
    ::chmod((temporary.path() / "closed").c_str(), 0700);
    const auto message = refusal(EX_CONFIG, [&] { require_reachable(temporary.path() / "closed/data", kNobody); });
    EXPECT_TRUE(message.contains("chmod o+x " + (temporary.path() / "closed").native() + "\"")) << message;
}

TEST(SocketDirectory, IsInTheDataDirectoryIfThePathFits) {
    const TemporaryDirectory temporary;
    const fs::path preferred = temporary.path() / "run";
    EXPECT_EQ(make_socket_directory(preferred, current_account()), preferred);
    EXPECT_EQ(mode_of(preferred), 0700U);
}

TEST(SocketDirectory, IsShortAndAlwaysTheSameForALongPath) {
    const fs::path preferred = "/nowhere/" + std::string(100, 'x');
    const fs::path directory = make_socket_directory(preferred, current_account());
    EXPECT_LT((directory / ".s.PGSQL.5432").native().size(), 108U);
    EXPECT_EQ(mode_of(directory), 0700U);
    EXPECT_EQ(make_socket_directory(preferred, current_account()), directory);
    EXPECT_NE(make_socket_directory(preferred.native() + "y", current_account()), directory);
    fs::remove(directory);
    fs::remove(make_socket_directory(preferred.native() + "y", current_account()));
}

}  // namespace
}  // namespace mindspace::app
