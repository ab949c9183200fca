#pragma once
// SIGINT and SIGTERM, taken from the whole process by the one thread that waits for them.

#include <chrono>

namespace mindspace::app {

class StopSignals {
public:
    // Blocks them for this thread and all that it starts, and ignores SIGPIPE. On the main thread, before any other.
    StopSignals();

    // True when one has come; false after the timeout.
    [[nodiscard]] bool wait(std::chrono::milliseconds timeout) const;
};

}  // namespace mindspace::app
