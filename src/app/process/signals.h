#pragma once
// SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2: blocked in the complete process and received by the one thread that
// waits for them.

#include <chrono>

namespace mindspace::app {

enum class Signal { none, stop, reload, reopen_log, toggle_debug };

class Signals {
public:
    // Blocks the signals for this thread and all threads that it starts, and ignores SIGPIPE. Called on the main
    // thread, before any other thread exists.
    Signals();

    // The signal that was received; none after the timeout.
    [[nodiscard]] Signal wait(std::chrono::milliseconds timeout) const;
};

}  // namespace mindspace::app
