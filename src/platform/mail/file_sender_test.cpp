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

TEST_F(Files, ThatCannotBeWrittenAreTold) {
    FileSender sender(directory_ / "missing");
    EXPECT_THROW(sender.send(message_), SendError);
}

}  // namespace
}  // namespace mindspace::mail
