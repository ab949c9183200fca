#pragma once
// Users who start and complete sessions, each one after the other and all concurrently, while a test disturbs the
// program; and a record of what was acknowledged to them.

#include "support/program/person.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace mindspace::integration {

class Workload {
public:
    // Each of `users` has a thread. All threads end with this object at the latest.
    Workload(const Program& program, int users);
    ~Workload();

    // Completions acknowledged so far.
    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
    // 503 responses, all with Retry-After.
    [[nodiscard]] std::size_t refused() const { return refused_; }
    // Waits until each has finished (or given up) its current request.
    void stop();
    // Responses that a client must never see, as text. Connection errors count only until stop_on_connection_error() is
    // called.
    [[nodiscard]] std::vector<std::string> unexpected_responses();
    // From now on a user without a response stops.
    void stop_on_connection_error() { may_stop_ = true; }
    // From now on a user without a response retries the request until there is one.
    void retry_on_connection_error() { retries_ = true; }
    // From now on every user pauses that long between two sessions.
    void pause_between(std::chrono::milliseconds pause) { pause_ = pause; }

    // Expects that each acknowledged completion is in its owner's history once, and that the owner's daily analytics
    // eventually equal the history.
    void expect_nothing_lost_or_duplicated();

private:
    struct Worker {
        Person person;
        std::vector<std::string> acknowledged;
    };
    void work(Worker& worker);
    // Retries until the request succeeds; false if the worker should stop.
    bool send_until_accepted(Client& client, const std::string& path, const json::object& body, long success);

    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<std::size_t> acknowledged_ = 0;
    std::atomic<std::size_t> refused_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> may_stop_ = false;
    std::atomic<bool> retries_ = false;
    std::atomic<std::chrono::milliseconds> pause_{};
    std::mutex mutex_;
    std::vector<std::string> wrong_;
    std::vector<std::jthread> threads_;
};

}  // namespace mindspace::integration
