#pragma once
// SIGINT, SIGTERM and SIGHUP, taken from the whole process by the one thread that waits for them.

#include <chrono>

namespace mindspace::app {

enum class Signal { none, stop, reload };

class Signals {
public:
    // Blocks them for this thread and all that it starts, and ignores SIGPIPE. On the main thread, before any other.
    Signals();

    // The one that has come; none after the timeout.
    [[nodiscard]] Signal wait(std::chrono::milliseconds timeout) const;
};

}  // namespace mindspace::app
