#include "support/base/timeout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace mindspace {

namespace {

// Sanitizers, and tests compiled without optimization.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr double kBuildSlowdown = 4;
#else
constexpr double kBuildSlowdown = 1;
#endif

constexpr auto kPollInterval = std::chrono::milliseconds(5);

}  // namespace

double slowdown() {
    double load = 0;  // average of the last minute
    if (::getloadavg(&load, 1) != 1) load = 0;
    const double cores = std::max(1U, std::thread::hardware_concurrency());
    return kBuildSlowdown * std::max(1.0, load / cores);
}

std::chrono::milliseconds scaled(std::chrono::milliseconds duration) {
    return std::chrono::ceil<std::chrono::milliseconds>(duration * slowdown());
}

ScaledTimeout::ScaledTimeout(std::chrono::milliseconds limit)
    : limit_(limit), began_(std::chrono::steady_clock::now()) {}

bool ScaledTimeout::has_expired() const {
    const auto waited = std::chrono::steady_clock::now() - began_;
    return waited >= limit_ && waited >= scaled(limit_);
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
    const ScaledTimeout timeout(limit);
    while (!condition()) {
        if (timeout.has_expired()) return false;
        std::this_thread::sleep_for(kPollInterval);
    }
    return true;
}

void abort_test(std::string_view why) {
    ADD_FAILURE() << why;
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::cout << "[  FAILED  ] " << (test != nullptr ? test->test_suite_name() : "") << "."
              << (test != nullptr ? test->name() : "") << ": " << why << "; the test program ends here" << std::endl;
    std::_Exit(EXIT_FAILURE);
}

}  // namespace mindspace
