#include "app/backup/jobs/job.h"

#include "app/process/startup_error.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace mindspace::app::backup {

JobLock::JobLock(const Layout& layout)
    : file_(::open(layout.job_lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (!file_.is_open())
        throw StartupError(EX_CONFIG,
                           fmt::format("cannot open {}: {}", layout.job_lock().native(), std::strerror(errno)));
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
        throw StartupError(EX_TEMPFAIL, "another backup, verification or restore is running");
}

void run_job(const Layout& layout, JobStatus Status::* job, const std::function<void(Status&)>& work) {
    layout.create();
    const JobLock lock(layout);
    const auto begin = std::chrono::steady_clock::now();
    auto status = read_status(layout.status());
    try {
        work(status);
    } catch (const std::exception& fault) {
        auto& outcome = status.*job;
        ++outcome.failures;
        outcome.failed_at = SystemClock{}.now();
        outcome.error = fault.what();
        write_status(layout.status(), status);
        throw;
    }
    auto& outcome = status.*job;
    outcome.succeeded_at = SystemClock{}.now();
    outcome.milliseconds = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - begin).count();
    outcome.error.clear();
    write_status(layout.status(), status);
}

}  // namespace mindspace::app::backup
