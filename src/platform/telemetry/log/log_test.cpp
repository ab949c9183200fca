#include "platform/telemetry/log/log.h"

#include "platform/telemetry/log/access_log.h"
#include "support/base/timeout.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace mindspace::log {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// The output of `act` on stdout between start() and the end of shutdown().
template <class F>
std::vector<std::string> stdout_of(const LogOptions& options, F act) {
    testing::internal::CaptureStdout();
    start(options);
    act();
    shutdown();
    return lines_of(testing::internal::GetCapturedStdout());
}

fs::path fresh_directory(std::string_view name) {
    auto directory = fs::path(testing::TempDir()) / (std::string(name) + '_' + std::to_string(getpid()));
    fs::remove_all(directory);
    return directory;
}

std::string log_file_of(const fs::path& directory, std::chrono::days age) {
    auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    return directory / ("mindspace_" + format_date(LocalDate(now.time_since_epoch() - age)) + ".log");
}

TEST(Log, WritesOneJsonObjectAnEvent) {
    auto lines = stdout_of({.roles = {"auth", "user"}, .format = Format::json}, [] {
        std::string user = "4711";
        info("login succeeded",
             {{"user.id", user}, {"trace.id", ""}, {"event.duration", 1500}, {"ratio", 0.5}, {"first", true}});
    });
    ASSERT_EQ(lines.size(), 1U);
    auto event = json::parse(lines[0]).as_object();
    EXPECT_TRUE(parse_timestamp(std::string_view(event["@timestamp"].as_string())));
    event.erase("@timestamp");
    event.erase("event.id");
    std::string node(event["service.node.name"].as_string());
    EXPECT_TRUE(node.ends_with(':' + std::to_string(getpid()))) << node;
    event.erase("service.node.name");
    json::object expected{{"log.level", "info"},
                          {"message", "login succeeded"},
                          {"ecs.version", "8.11.0"},
                          {"service.name", "mindspace"},
                          {"service.node.roles", {"auth", "user"}},
                          {"user.id", "4711"},
                          {"event.duration", 1500},
                          {"ratio", 0.5},
                          {"first", true}};
    EXPECT_EQ(json::value(event), json::value(expected)) << lines[0];
}

TEST(Log, CannotBeMadeToWriteASecondLine) {
    auto attack = "x\n{\"message\":\"forged\"}\xFF";
    auto as_json = stdout_of({.format = Format::json}, [&] { warn(attack, {{"url.path", attack}}); });
    ASSERT_EQ(as_json.size(), 1U);
    EXPECT_EQ(json::parse(as_json[0]).at("url.path").as_string(), "x\n{\"message\":\"forged\"}\uFFFD");
    EXPECT_EQ(stdout_of({.format = Format::text}, [&] { warn(attack, {{"url.path", attack}}); }).size(), 1U);
}

TEST(Log, WritesShortTextForAPerson) {
    auto lines = stdout_of({.format = Format::text}, [] { error("disk full", {{"file.path", "/x"}, {"left", 0}}); });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].substr(12), " error disk full file.path=\"/x\" left=0");
}

TEST(Log, OmitsLinesBelowTheLevel) {
    auto all = [] { error("e"), warn("w"), info("i"), debug("d"); };
    EXPECT_EQ(stdout_of({.level = Level::error, .format = Format::text}, all).size(), 1U);
    EXPECT_EQ(stdout_of({.level = Level::debug, .format = Format::text}, all).size(), 4U);
    stdout_of({.level = Level::warn}, [] {
        EXPECT_TRUE(enabled(Level::warn));
        EXPECT_FALSE(enabled(Level::info));
    });
}

TEST(Log, ChangesItsLevelWhileItRuns) {
    auto lines = stdout_of({.level = Level::warn, .format = Format::text}, [] {
        info("one");
        set_level(Level::debug);
        debug("two");
        EXPECT_EQ(level(), Level::debug);
        set_level(Level::error);
        warn("three");
    });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].substr(12), " debug two");
}

TEST(Log, CountsRepeatedEventsAndReportsThem) {
    auto lines = stdout_of({.format = Format::json}, [] {
        for (int i = 0; i < 25; ++i)
            warn("request failed", {{"http.request.id", std::to_string(i)}, {"error.message", "no database"}});
        info("another");
    });
    ASSERT_EQ(lines.size(), 22U);
    EXPECT_EQ(json::parse(lines[19]).at("http.request.id").as_string(), "19");
    EXPECT_EQ(json::parse(lines[20]).at("message").as_string(), "another");
    auto report = json::parse(lines[21]).as_object();
    EXPECT_EQ(report["message"].as_string(), "request failed … repeated 5 times");
    EXPECT_EQ(report["log.level"].as_string(), "warn");
    EXPECT_EQ(report["error.message"].as_string(), "no database");
    EXPECT_EQ(report["mindspace.repeated"].as_int64(), 5);
}

TEST(Log, GivesEachLineAnIdOfItsOwn) {
    std::set<std::string> ids;
    for (int run = 0; run < 2; ++run) {
        auto lines = stdout_of({.format = Format::json}, [] {
            AccessLog first;
            AccessLog second;
            for (int i = 0; i < 20; ++i) {
                info("line");
                first.add({});
                second.add({});
            }
        });
        for (const auto& line : lines) ids.emplace(json::parse(line).at("event.id").as_string());
    }
    EXPECT_EQ(ids.size(), 2U * 3U * 20U);
}

TEST(Log, KeepsEveryLineUpToTheEnd) {
    auto lines = stdout_of({.format = Format::json}, [] {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([] {
                for (int i = 0; i < 1000; ++i) info("line", {{"i", i}});
            });
        }
        threads.clear();
        EXPECT_EQ(lost_count(), 0U);
    });
    EXPECT_EQ(lines.size(), 4000U);
    for (const auto& line : lines) EXPECT_NO_THROW(json::parse(line)) << line;
}

TEST(Log, GoesToStderrWhileThereIsNoOutput) {
    testing::internal::CaptureStderr();
    error("too early", {{"reason", "no start"}});
    auto lines = lines_of(testing::internal::GetCapturedStderr());
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].substr(12), " error too early reason=\"no start\"");
}

TEST(Log, WritesADailyFileInJsonBesideTheText) {
    auto directory = fresh_directory("log_daily");
    auto lines = stdout_of({.format = Format::text, .directory = directory}, [] { info("both"); });
    ASSERT_EQ(lines.size(), 1U);
    ASSERT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
    std::ifstream file(fs::directory_iterator(directory)->path());
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(json::parse(line).at("message").as_string(), "both");
    fs::remove_all(directory);
}

TEST(Log, OpensItsFileAnewOnRequest) {
    auto directory = fresh_directory("log_reopened");
    auto moved = directory / "moved";
    stdout_of({.directory = directory}, [&] {
        info("one");
        auto file = log_file_of(directory, std::chrono::days(0));
        ASSERT_TRUE(eventually([&] { return fs::exists(file) && fs::file_size(file) > 0; }));
        fs::rename(file, moved);
        reopen();
        EXPECT_TRUE(eventually([&] { return fs::exists(file); }));
        info("two");
    });
    std::ifstream file(log_file_of(directory, std::chrono::days(0)));
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(json::parse(line).at("message").as_string(), "two");
    fs::remove_all(directory);
}

TEST(Log, CountsLinesThatItsFileDoesNotTake) {
    auto directory = fresh_directory("log_full");
    fs::create_directories(directory);
    fs::create_symlink("/dev/full", log_file_of(directory, std::chrono::days(0)));
    testing::internal::CaptureStderr();
    auto lines = stdout_of({.directory = directory}, [] {
        info("lost in the file only");
        EXPECT_TRUE(eventually([] { return lost_count() == 1; }));
    });
    EXPECT_EQ(lines.size(), 1U);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("No space left"), std::string::npos);
    fs::remove_all(directory);
}

TEST(Log, ADirectoryThatCannotBeWrittenIsAFaultAtTheStart) {
    EXPECT_ANY_THROW(start({.directory = "/proc/none"}));
}

// Replaces stdout by the write end of a pipe.
class StuckStdout {
public:
    StuckStdout() {
        EXPECT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
        fflush(stdout);
        saved_ = dup(STDOUT_FILENO);
        dup2(pipe_[1], STDOUT_FILENO);
        close(pipe_[1]);
    }
    // Reads until no writer is left, so that a blocked writer continues.
    void drain() {
        reader_ = std::jthread([end = pipe_[0]] {
            std::array<char, 65536> buffer;
            while (read(end, buffer.data(), buffer.size()) > 0) continue;
        });
    }
    void restore() {
        fflush(stdout);
        dup2(saved_, STDOUT_FILENO);
        close(saved_);
        reader_.join();
        close(pipe_[0]);
    }

private:
    int pipe_[2] = {};
    int saved_ = -1;
    std::jthread reader_;
};

TEST(Log, ABlockedOutputDelaysNothingAndLossesAreCounted) {
    StuckStdout stuck;
    start({.format = Format::json});
    // The pipe holds 64 KiB, the queue 8192 lines; the rest is lost, and the caller returns nevertheless.
    for (int i = 0; i < 20'000; ++i) info("a line of some length", {{"i", i}});
    auto lost = lost_count();
    stuck.drain();
    shutdown();
    stuck.restore();
    EXPECT_GT(lost, 20'000U - 8192U - 2000U);
    EXPECT_LT(lost, 20'000U - 8192U + 1U);
}

}  // namespace
}  // namespace mindspace::log
