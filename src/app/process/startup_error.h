#pragma once
// The reason why the program cannot start: one line for the person at the terminal, and the exit code that tells an
// init system the kind of failure. Thrown by the embedded servers and others, caught in main.

#include <sysexits.h>

#include <stdexcept>
#include <string>

namespace mindspace::app {

class StartupError : public std::runtime_error {
public:
    // `exit_code` is one of sysexits.h: EX_CONFIG for a setting that has to change, EX_UNAVAILABLE for a component that
    // is missing or does not work. `message` includes what to do about it.
    StartupError(int exit_code, const std::string& message) : std::runtime_error(message), exit_code_(exit_code) {}

    [[nodiscard]] int exit_code() const { return exit_code_; }

private:
    int exit_code_;
};

}  // namespace mindspace::app
