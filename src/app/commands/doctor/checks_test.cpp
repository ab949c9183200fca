// Findings that no test can provoke on a real machine: clocks, full disks.

#include "app/backup/jobs/status.h"
#include "app/commands/doctor/subjects.h"

#include <gtest/gtest.h>

#include <sstream>
#include <utility>

namespace mindspace::app::doctor {
namespace {

using namespace std::chrono_literals;

CheckState state_of_clock(std::chrono::duration<double> ahead) {
    Checks checks;
    check_clock("PostgreSQL", ahead, checks);
    return checks.all().at(0).state;
}

CheckState state_of_space(std::uintmax_t mebibytes, std::uintmax_t capacity) {
    constexpr std::uintmax_t kMebibyte = 1024 * 1024;
    Checks checks;
    check_space("/var/lib/mindspace",
                {.capacity = capacity * kMebibyte, .free = mebibytes * kMebibyte, .available = mebibytes * kMebibyte},
                checks);
    return checks.all().at(0).state;
}

TEST(DoctorChecks, AClockMayDifferByTwoSeconds) {
    EXPECT_EQ(state_of_clock(1.9s), CheckState::ok);
    EXPECT_EQ(state_of_clock(-1.9s), CheckState::ok);
    EXPECT_EQ(state_of_clock(2s), CheckState::fault);
    EXPECT_EQ(state_of_clock(-2s), CheckState::fault);
}

TEST(DoctorChecks, ADiskWithoutSpaceIsAFault) {
    EXPECT_EQ(state_of_space(0, 100'000), CheckState::fault);
    EXPECT_EQ(state_of_space(255, 100'000), CheckState::fault);
    EXPECT_EQ(state_of_space(256, 100'000), CheckState::warning);
    EXPECT_EQ(state_of_space(4'999, 100'000), CheckState::warning);
    EXPECT_EQ(state_of_space(5'000, 100'000), CheckState::ok);
    EXPECT_EQ(state_of_space(2'047, 4'096), CheckState::warning);
}

TEST(DoctorChecks, FewFreeFilesAreAWarning) {
    const auto state = [](std::int64_t open) {
        Checks checks;
        check_open_files(open, 1'000, 500, checks);
        return checks.all().at(0).state;
    };
    EXPECT_EQ(state(800), CheckState::ok);
    EXPECT_EQ(state(801), CheckState::warning);
}

TEST(DoctorChecks, BackupsMustBeRecentAndProven) {
    const auto now = *parse_timestamp("2026-11-30T12:00:00Z");
    const auto states = [now](const backup::Status& status) {
        Checks checks;
        check_backup_ages(status, now, checks);
        return std::pair(checks.all().at(0).state, checks.all().at(1).state);
    };
    backup::Status status;
    EXPECT_EQ(states(status), std::pair(CheckState::warning, CheckState::warning));
    status.create.error = "the disk is full";
    EXPECT_EQ(states(status).first, CheckState::fault);
    status.create.error.clear();
    status.create.succeeded_at = now - 25h;
    EXPECT_EQ(states(status), std::pair(CheckState::ok, CheckState::warning));
    status.verify.succeeded_at = now - 7 * 24h;
    EXPECT_EQ(states(status), std::pair(CheckState::ok, CheckState::ok));
    status.create.succeeded_at = now - 27h;
    status.verify.succeeded_at = now - 9 * 24h;
    EXPECT_EQ(states(status), std::pair(CheckState::fault, CheckState::fault));
    status.verify = {.succeeded_at = now - 1h, .failed_at = now, .failures = 1, .error = "table users differs"};
    EXPECT_EQ(states(status).second, CheckState::fault);
}

TEST(DoctorChecks, TheTextHasTheFixBelowTheFinding) {
    Checks checks;
    checks.ok("redis.responds", "Redis responds");
    checks.warning("redis.maxclients", "Redis is full", "raise maxclients");
    EXPECT_FALSE(checks.has_fault());
    checks.fault("postgres.fsync", "fsync is off", "set it");
    EXPECT_TRUE(checks.has_fault());
    std::ostringstream text;
    write_text(text, checks.all());
    EXPECT_EQ(text.str(),
              "ok    Redis responds\nwarn  Redis is full\n      fix: raise maxclients\nFAIL  fsync is off\n      fix: "
              "set it\n");
    std::ostringstream json;
    write_json(json, checks.all());
    EXPECT_EQ(json.str().substr(0, 70), R"([{"name":"redis.responds","state":"ok","finding":"Redis responds"},{"n)");
}

}  // namespace
}  // namespace mindspace::app::doctor
