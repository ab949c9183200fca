#pragma once
// A job on the backups, in a process of its own: one at a time, with its outcome in the status. Blocking; main thread
// only.

#include "app/backup/jobs/status.h"
#include "app/backup/repository/layout.h"
#include "platform/base/file_descriptor.h"

#include <functional>

namespace mindspace::app::backup {

// Held by the process that runs a job. Throws StartupError (EX_TEMPFAIL) if another one runs.
class JobLock {
public:
    explicit JobLock(const Layout& layout);

private:
    FileDescriptor file_;
};

// Runs `work`, which may change the status, and records in `job`, a member of it, whether and when it succeeded.
// Rethrows what it throws.
void run_job(const Layout& layout, JobStatus Status::* job, const std::function<void(Status&)>& work);

}  // namespace mindspace::app::backup
