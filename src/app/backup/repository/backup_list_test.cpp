#include "app/backup/repository/backup_list.h"

#include "app/process/startup_error.h"

#include <gtest/gtest.h>

namespace mindspace::app::backup {
namespace {

std::string info(const std::string& archive, const std::string& backup, const std::string& repo,
                 const std::string& status) {
    return R"([{"archive":[)" + archive + R"(],"backup":[)" + backup + R"(],"name":"mindspace","repo":[)" + repo +
           R"(],"status":)" + status + "}]";
}

TEST(BackupList, IsReadFromInfo) {
    const auto repository = read_repository(
        info(R"({"id":"15-1"})",
             R"({"label":"20261130-120000F","type":"full","timestamp":{"start":1,"stop":1796040000},"error":false,
            "info":{"size":31000000,"repository":{"delta":4000000}},"archive":{"start":"000000010000000000000003"}})",
             "", R"({"code":0,"message":"ok"})"));
    ASSERT_EQ(repository.backups.size(), 1U);
    EXPECT_EQ(repository.backups[0].kind, Kind::full);
    EXPECT_EQ(repository.backups[0].first_segment, "000000010000000000000003");
    EXPECT_EQ(repository.archive, "15-1");
    EXPECT_TRUE(repository.has_stanza);
}

TEST(BackupList, KnowsWhetherTheRepositoryHasFoldersOfTheDatabase) {
    const auto has_stanza = [](int code) {
        return read_repository(info("", "", "", R"({"code":)" + std::to_string(code) + R"(,"message":""})")).has_stanza;
    };
    EXPECT_FALSE(has_stanza(1));
    EXPECT_TRUE(has_stanza(2));
    EXPECT_FALSE(has_stanza(3));
    EXPECT_FALSE(read_repository("[]").has_stanza);
}

// info itself succeeds, with an empty list.
TEST(BackupList, OfAnUnavailableRepositoryIsAFault) {
    try {
        read_repository(
            info("", "",
                 R"({"key":1,"status":{"code":99,"message":"[ProtocolError] HTTP request failed with 503:\n)"
                 R"(*** Response Content ***\n<Error><Code>SlowDown</Code></Error>"}})",
                 R"({"code":99,"message":"other"})"));
        FAIL() << "no fault";
    } catch (const StartupError& error) {
        EXPECT_STREQ(error.what(),
                     "the repository is unavailable: ERROR: [ProtocolError] HTTP request failed with 503: "
                     "SlowDown");
    }
}

}  // namespace
}  // namespace mindspace::app::backup
