#include "platform/mail/file_sender.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace mindspace::mail {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
public:
    Files() : directory_(fs::path(testing::TempDir()) / ("mail_" + std::to_string(getpid()))) {
        fs::remove_all(directory_);
        fs::create_directory(directory_);
    }
    ~Files() override { fs::remove_all(directory_); }

protected:
    std::vector<fs::path> list() {
        std::vector<fs::path> files;
        for (const auto& entry : fs::directory_iterator(directory_)) files.push_back(entry.path());
        return files;
    }

    fs::path directory_;
    Message message_{.id = "m1",
                     .date = parse_timestamp("2026-11-23T06:05:00Z").value(),
                     .from = {.name = {}, .address = "a@b.example"},
                     .to = "ada@example.org",
                     .subject = "Hello",
                     .text = "One\n",
                     .html = "<p>One</p>\n"};
};

TEST_F(Files, AreNamedByTimeAndIdAndPrivate) {
    FileSender sender(directory_);
    sender.send(message_);
    const auto files = list();
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files[0].filename(), "20261123T060500Z-m1.eml");
    EXPECT_EQ(fs::status(files[0]).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    std::ifstream in(files[0], std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), serialize(message_));
}

TEST_F(Files, AreOneWhenAMailIsSentTwice) {
    FileSender sender(directory_);
    sender.send(message_);
    sender.send(message_);
    EXPECT_EQ(list().size(), 1U);
}

TEST_F(Files, AreRemovedAfterAWeek) {
    FileSender sender(directory_);
    sender.send(message_);
    const auto now = SystemClock().now();
    std::ofstream(directory_ / ".dead.draft") << "half";
    std::ofstream(directory_ / "notes.txt") << "of the operator";
    EXPECT_EQ(sender.clean_up(now + std::chrono::days(6)), 0U);
    EXPECT_EQ(sender.clean_up(now + std::chrono::days(8)), 2U);
    const auto left = list();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].filename(), "notes.txt");
}

TEST_F(Files, HaveAMaximumNumber) {
    FileSender sender(directory_, 5);
    const auto write = [&](int id) {
        message_.id = std::to_string(id);
        sender.send(message_);
        fs::last_write_time(directory_ / ("20261123T060500Z-" + message_.id + ".eml"),
                            fs::file_time_type::clock::now() + std::chrono::seconds(id));
    };
    for (int id = 0; id < 8; ++id) write(id);
    EXPECT_EQ(sender.clean_up(SystemClock().now()), 3U);
    for (int id = 0; id < 8; ++id)
        EXPECT_EQ(fs::exists(directory_ / ("20261123T060500Z-" + std::to_string(id) + ".eml")), id >= 3) << id;
    // Removed automatically, even if tidy() is never called.
    for (int id = 10; id < 110; ++id) {
        message_.id = std::to_string(id);
        sender.send(message_);
    }
    EXPECT_LT(list().size(), 20U);
}

TEST_F(Files, ThatCannotBeWrittenAreReported) {
    FileSender sender(directory_ / "missing");
    EXPECT_THROW(sender.send(message_), SendError);
}

}  // namespace
}  // namespace mindspace::mail
