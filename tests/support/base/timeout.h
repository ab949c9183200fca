#pragma once
// How long tests wait for a condition before they fail. The limit only bounds a hang and says nothing about speed: it
// grows with the cost of the build and with the load of the machine at the moment when it would expire.

#include <chrono>
#include <functional>
#include <string_view>

namespace mindspace {

// By which factor this build on this machine, at this moment, is slower than an optimized build on an idle one; at
// least 1.
double slowdown();

// `duration` multiplied by slowdown(): for deadlines that a test promises.
std::chrono::milliseconds scaled(std::chrono::milliseconds duration);

class ScaledTimeout {
public:
    // `limit` is for an optimized build on an idle machine. Zero expires at once.
    explicit ScaledTimeout(std::chrono::milliseconds limit = std::chrono::seconds(30));
    [[nodiscard]] bool has_expired() const;

private:
    std::chrono::milliseconds limit_;
    std::chrono::steady_clock::time_point began_;
};

// Polls `condition` until it holds; false if it still does not after `limit`, scaled.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(30));

// Fails the current test and ends the test program at once, because the pending work still refers to objects that the
// end of the test would destroy.
[[noreturn]] void abort_test(std::string_view why);

}  // namespace mindspace
