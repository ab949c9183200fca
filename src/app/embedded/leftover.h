#pragma once
// A server that an earlier run of the program left behind, still running on our data. The data directory is locked when
// these functions are called, so no other program uses such a process and it may be stopped.

#include "app/embedded/child_process.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace mindspace::app {

// The process named in the first line of `pid_file`, if it really is `program` (its comm name) running in `directory`:
// after a crash the pid may long belong to a different process. Nullopt for a missing or garbled file.
std::optional<pid_t> find_leftover(const std::filesystem::path& pid_file, std::string_view program,
                                   const std::filesystem::path& directory);

// Stops the process, following `plan`, with SIGKILL at the end. Returns when it is gone; throws StartupError if it
// cannot be killed.
void stop_leftover(pid_t pid, std::string_view program, const std::filesystem::path& directory, const StopPlan& plan);

}  // namespace mindspace::app
