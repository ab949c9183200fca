#pragma once
// How long tests wait for a condition before they give it up. The limit bounds a hang and says nothing about speed: it
// grows with what the build costs and with the load of the machine at the moment when it would run out.

#include <chrono>
#include <functional>
#include <string_view>

namespace mindspace {

// How many times longer than in an optimized build on an idle machine something may take here and now; at least 1.
double slowdown();

// `duration`, as long as it may be here and now: for what a test promises within a time.
std::chrono::milliseconds scaled(std::chrono::milliseconds duration);

class Patience {
public:
    // `limit` is for an optimized build on an idle machine. Zero: over at once.
    explicit Patience(std::chrono::milliseconds limit = std::chrono::seconds(30));
    // Whether it is time to give up.
    [[nodiscard]] bool is_over() const;

private:
    std::chrono::milliseconds limit_;
    std::chrono::steady_clock::time_point began_;
};

// Asks again and again until `condition` holds; false when it still does not after `limit`.
bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit = std::chrono::seconds(30));

// Fails the current test and ends the test program at once: what the test waits for still refers to what the end of
// the test would destroy.
[[noreturn]] void give_up(std::string_view why);

}  // namespace mindspace
