#pragma once
// A server that an earlier run of the program left behind, still alive on our data. The data directory is locked when
// this is asked, so such a process belongs to nobody and may be stopped.

#include "app/embedded/child_process.h"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace mindspace::app {

// The process named in the first line of `pid_file`, if it really is `program` (its comm name) at work in `directory`:
// after a crash the number may long belong to something else. A missing or garbled file names nobody.
std::optional<pid_t> find_leftover(const std::filesystem::path& pid_file, std::string_view program,
                                   const std::filesystem::path& directory);

// Stops it, following `plan`, with SIGKILL at the end. Returns when it is gone; StartupError if it cannot be killed.
void stop_leftover(pid_t pid, std::string_view program, const std::filesystem::path& directory, const StopPlan& plan);

}  // namespace mindspace::app
