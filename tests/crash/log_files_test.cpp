// The log of a running program: its files, and the signals that change it.

#include "support/base/directory.h"
#include "support/program/person.h"

#include <gtest/gtest.h>

#include <csignal>

namespace mindspace::integration {
namespace {

namespace fs = std::filesystem;

fs::path only_file_in(const fs::path& directory) {
    return *fs::directory_iterator(directory);
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST(LogFiles, AreOpenedAnewAtSigusr1) {
    const TemporaryDirectory directory;
    const auto logs = directory.path() / "logs";
    const Program program({{"MINDSPACE_LOG_DIRECTORY", logs}}, std::nullopt);
    const auto file = only_file_in(logs);
    const auto moved = directory.path() / "moved";
    fs::rename(file, moved);
    program.send(SIGUSR1);
    ASSERT_TRUE(eventually([&] { return fs::exists(file); }));
    EXPECT_TRUE(is(Client(program).get(kMe), 401));
    EXPECT_TRUE(eventually([&] { return count_of(read_whole_file(file), R"("url.path":"/api/v1/users/me")") == 1; }));
    EXPECT_EQ(count_of(read_whole_file(moved), "Mind Space is ready"), 1U);
}

TEST(LogLevel, ChangesToDebugAtSigusr2AndBack) {
    const Program program({{"MINDSPACE_ANALYTICS_REFRESH_INTERVAL_MS", "100"}}, std::nullopt);
    const auto is_logged = [&program](std::string_view text) {
        return eventually([&] { return count_of(program.log(), text) > 0; });
    };
    auto person = register_person(program);
    program.send(SIGUSR2);
    EXPECT_TRUE(is_logged(R"("mindspace.log_level":"debug")"));
    meditate(person);
    EXPECT_TRUE(is_logged(R"("log.level":"debug","message":"global statistics refreshed")"));
    program.send(SIGUSR2);
    EXPECT_TRUE(is_logged(R"("mindspace.log_level":"info")"));
}

}  // namespace
}  // namespace mindspace::integration
