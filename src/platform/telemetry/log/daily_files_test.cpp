#include "platform/telemetry/log/daily_files.h"

#include "support/base/directory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

namespace mindspace::log {
namespace {

namespace fs = std::filesystem;

constexpr FileLimits kLimits{.days = 30, .bytes = 800};  // continued after 100 bytes
const Timestamp kNow = parse_timestamp("2026-11-23T23:59:00Z").value();

class DailyFilesTest : public testing::Test {
protected:
    [[nodiscard]] const fs::path& directory() const { return directory_.path(); }

    [[nodiscard]] DailyFiles open(Timestamp now = kNow, FileLimits limits = kLimits) const {
        return {directory(), "mindspace", limits, now};
    }

    void put(const std::string& name, std::size_t bytes) const {
        std::ofstream(directory() / name) << std::string(bytes, 'x');
    }

    // Contents by name.
    [[nodiscard]] std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> found;
        for (const auto& entry : fs::directory_iterator(directory())) {
            std::ifstream file(entry.path());
            found[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
        }
        return found;
    }

private:
    TemporaryDirectory directory_;
};

using Files = std::map<std::string, std::string>;

TEST_F(DailyFilesTest, BeginANewFileAtMidnight) {
    auto log = open();
    log.write("a\n", kNow);
    log.write("b\n", kNow + std::chrono::seconds(59));
    log.write("c\n", kNow + std::chrono::seconds(60));
    EXPECT_EQ(files(), (Files{{"mindspace_2026-11-23.log", "a\nb\n"}, {"mindspace_2026-11-24.log", "c\n"}}));
}

TEST_F(DailyFilesTest, ContinueTheFileOfTheDay) {
    open().write("a\n", kNow);
    open().write("b\n", kNow);
    EXPECT_EQ(files(), (Files{{"mindspace_2026-11-23.log", "a\nb\n"}}));
}

TEST_F(DailyFilesTest, ContinueALargeFileInAnother) {
    const auto line = std::string(99, 'x') + '\n';
    auto log = open();
    log.write(line, kNow);
    log.write(line, kNow);
    log.write("c\n", kNow);
    open().write("d\n", kNow);
    EXPECT_EQ(files(), (Files{{"mindspace_2026-11-23.log", line},
                              {"mindspace_2026-11-23.1.log", line},
                              {"mindspace_2026-11-23.2.log", "c\nd\n"}}));
}

TEST_F(DailyFilesTest, AreRemovedAfterTheirTimeAlsoAfterAGap) {
    put("mindspace_2026-10-25.log", 1);
    put("mindspace_2026-10-24.log", 1);
    put("mindspace_2026-10-24.3.log", 1);
    put("mindspace_2025-01-01.log", 1);
    const auto log = open();
    EXPECT_EQ(files(), (Files{{"mindspace_2026-10-25.log", "x"}, {"mindspace_2026-11-23.log", ""}}));
}

TEST_F(DailyFilesTest, AreRemovedWhenTheyAreTooLargeTogetherTheOldestFirst) {
    put("mindspace_2026-11-20.log", 300);
    put("mindspace_2026-11-21.log", 200);
    put("mindspace_2026-11-22.9.log", 200);
    put("mindspace_2026-11-22.10.log", 200);
    const auto log = open();
    const auto left = files();
    EXPECT_FALSE(left.contains("mindspace_2026-11-20.log"));
    EXPECT_EQ(left.size(), 4U) << "with the open one, for which 100 bytes are reserved, they are within 800";
}

TEST_F(DailyFilesTest, StayBoundedHoweverMuchIsWritten) {
    auto log = open();
    for (int i = 0; i < 500; ++i) log.write("a line of some length\n", kNow);
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(directory())) bytes += entry.file_size();
    EXPECT_LE(bytes, kLimits.bytes);
    EXPECT_GT(bytes, kLimits.bytes / 2);
}

TEST_F(DailyFilesTest, OfOtherNamesAreLeftAlone) {
    const std::vector<std::string> names{"mindspace_2025-01-01.log.gz", "mindspace_2025-01-01.x.log", "other.log",
                                         "other_2025-01-01.log", "mindspace_.log"};
    for (const auto& name : names) put(name, 1000);
    const auto log = open();
    for (const auto& name : names) EXPECT_TRUE(files().contains(name)) << name;
}

TEST_F(DailyFilesTest, AreOpenedAnewAfterTheyWereMovedOrRemoved) {
    auto log = open();
    log.write("a\n", kNow);
    fs::rename(directory() / "mindspace_2026-11-23.log", directory() / "moved");
    log.write("b\n", kNow);
    log.reopen(kNow);
    log.write("c\n", kNow);
    EXPECT_EQ(files(), (Files{{"moved", "a\nb\n"}, {"mindspace_2026-11-23.log", "c\n"}}));
    fs::remove(directory() / "mindspace_2026-11-23.log");
    log.write("d\n", kNow);
    EXPECT_EQ(files(), (Files{{"moved", "a\nb\n"}, {"mindspace_2026-11-23.log", "d\n"}}));
}

TEST_F(DailyFilesTest, MayBeSharedByProcesses) {
    auto first = open();
    auto second = open();
    const auto line = std::string(99, 'x') + '\n';
    first.write(line, kNow);
    second.write("b\n", kNow);
    first.write("c\n", kNow);
    EXPECT_EQ(files(), (Files{{"mindspace_2026-11-23.log", line}, {"mindspace_2026-11-23.1.log", "b\nc\n"}}));
}

}  // namespace
}  // namespace mindspace::log
