#include "app/backup/repository/wal_chain.h"

#include <gtest/gtest.h>

namespace mindspace::app::backup {
namespace {

using Names = std::vector<std::string>;

TEST(WalChain, IsCompleteWithoutAGap) {
    EXPECT_EQ(missing_segments({"000000010000000000000003-ab.zst", "000000010000000000000004-cd.zst",
                                "000000010000000000000003.00000028.backup", "archive.info"},
                               "000000010000000000000003"),
              Names{});
}

TEST(WalChain, NamesWhatIsMissing) {
    EXPECT_EQ(missing_segments({"000000010000000000000003-ab.zst", "000000010000000000000006-cd.zst"},
                               "000000010000000000000003"),
              (Names{"000000010000000000000004", "000000010000000000000005"}));
    EXPECT_EQ(missing_segments({"000000010000000000000004-ab.zst"}, "000000010000000000000003"),
              Names{"000000010000000000000003"});
    EXPECT_EQ(missing_segments({"000000010000000000000005-ab.zst"}, "000000010000000000000003"),
              (Names{"000000010000000000000003", "000000010000000000000004"}));
    EXPECT_EQ(missing_segments({}, "000000010000000000000003"), Names{"000000010000000000000003"});
}

TEST(WalChain, ContinuesInTheNextFile) {
    EXPECT_EQ(missing_segments({"0000000100000000000000FE", "000000010000000100000000"}, "0000000100000000000000FE"),
              Names{"0000000100000000000000FF"});
}

TEST(WalChain, IgnoresWhatTheBackupDoesNotNeed) {
    EXPECT_EQ(missing_segments({"000000010000000000000001", "000000020000000000000007", "000000020000000000000008"},
                               "000000020000000000000007"),
              Names{});
}

// After a restore the log continues on another timeline, from the segment at which it left the earlier one.
TEST(WalChain, ExaminesLaterTimelines) {
    EXPECT_EQ(missing_segments({"000000010000000000000003", "000000010000000000000004", "000000020000000000000004",
                                "000000020000000000000006"},
                               "000000010000000000000003"),
              Names{"000000020000000000000005"});
}

TEST(WalChain, NamesWhatIsMissingBeforeALaterTimeline) {
    EXPECT_EQ(missing_segments({"000000010000000000000003", "000000010000000000000004", "000000020000000000000007"},
                               "000000010000000000000003"),
              (Names{"000000010000000000000005", "000000010000000000000006"}));
    EXPECT_EQ(missing_segments({"000000010000000000000003", "000000020000000000000004"}, "000000010000000000000003"),
              Names{});
    EXPECT_EQ(missing_segments({"000000010000000000000003", "000000010000000000000006", "000000020000000000000006"},
                               "000000010000000000000003"),
              (Names{"000000010000000000000004", "000000010000000000000005"}));
}

}  // namespace
}  // namespace mindspace::app::backup
