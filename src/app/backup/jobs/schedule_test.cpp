#include "app/backup/jobs/schedule.h"

#include <gtest/gtest.h>

namespace mindspace::app::backup {
namespace {

using namespace std::chrono_literals;

class Due : public testing::Test {
protected:
    // A status of a program that made its last full backup `full`, and its last one `created`, ago.
    Status after(Milliseconds full, Milliseconds created) const {
        Status status;
        status.full_at = now_ - full;
        status.create.succeeded_at = now_ - created;
        status.verify.succeeded_at = now_ - 1h;
        return status;
    }

    Timestamp now_ = *parse_timestamp("2026-11-30T12:00:00Z");
};

TEST_F(Due, IsAFullBackupAtTheFirstStartAndOnceADay) {
    EXPECT_EQ(due_job({}, now_), Job::full);
    EXPECT_EQ(due_job(after(24h, 1h), now_), Job::full);
    EXPECT_EQ(due_job(after(23h, 1h), now_), std::nullopt);
}

TEST_F(Due, IsAnIncrementalBackupEverySixHours) {
    EXPECT_EQ(due_job(after(7h, 6h), now_), Job::incremental);
    EXPECT_EQ(due_job(after(7h, 5h), now_), std::nullopt);
}

TEST_F(Due, IsAVerificationSoonAfterTheFirstBackupAndOnceAWeek) {
    auto status = after(10min, 10min);
    status.verify.succeeded_at.reset();
    EXPECT_EQ(due_job(status, now_), Job::verify);
    EXPECT_EQ(due_job(status, now_ - 1min), std::nullopt);
    status = after(1h, 1h);
    status.verify.succeeded_at = now_ - 7 * 24h;
    EXPECT_EQ(due_job(status, now_), Job::verify);
}

TEST_F(Due, IsNothingForAWhileAfterAFailure) {
    Status status;
    status.create.failed_at = now_;
    status.create.error = "the disk is full";
    EXPECT_EQ(due_job(status, now_ + 14min), std::nullopt);
    EXPECT_EQ(due_job(status, now_ + 15min), Job::full);
    status = after(1h, 1h);
    status.verify = {.failed_at = now_, .failures = 1, .error = "a segment is missing"};
    EXPECT_EQ(due_job(status, now_ + 14min), std::nullopt);
    EXPECT_EQ(due_job(status, now_ + 15min), Job::verify);
}

// A backup that fails does not keep earlier ones from being verified.
TEST_F(Due, IsAVerificationWhileBackupsFail) {
    auto status = after(25h, 7h);
    status.create.failed_at = now_;
    status.create.error = "the disk is full";
    status.verify.succeeded_at = now_ - 8 * 24h;
    EXPECT_EQ(due_job(status, now_), Job::verify);
}

}  // namespace
}  // namespace mindspace::app::backup
