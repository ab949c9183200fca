#pragma once
// People who start and complete sessions, one after the other and all at once, while something bad happens to the
// program; and the account of what was promised to them.

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
    // Each of `people` has a thread. All of them end, at the latest, with this object.
    Workload(const Program& program, int people);
    ~Workload();

    // Completions that were acknowledged so far.
    [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
    // Answers of 503, all with Retry-After.
    [[nodiscard]] std::size_t refused() const { return refused_; }
    // Waits until each has finished (or given up) what was under way.
    void stop();
    // What a client must never see, in words. An end without an answer counts only while `stop_at_a_broken_connection`
    // has not been called.
    [[nodiscard]] std::vector<std::string> wrong_answers();
    // From now on whoever gets no answer goes home.
    void stop_at_a_broken_connection() { may_break_ = true; }
    // From now on whoever gets no answer sends the same again, until there is one.
    void outlast_broken_connections() { outlasts_ = true; }
    // From now on everybody rests that long between two sessions.
    void rest_between(std::chrono::milliseconds rest) { rest_ = rest; }

    // EXPECTs that each acknowledged completion stands in its owner's history once, and that the owner's daily
    // analytics come to count exactly what is in the history.
    void expect_nothing_lost_or_doubled();

private:
    struct Worker {
        Person person;
        std::vector<std::string> acknowledged;
    };
    void work(Worker& worker);
    // Sends until it is done; false when the worker should go home.
    bool insist(Client& client, const std::string& path, const json::object& body, long success);

    std::vector<std::unique_ptr<Worker>> workers_;
    std::atomic<std::size_t> acknowledged_ = 0;
    std::atomic<std::size_t> refused_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<bool> may_break_ = false;
    std::atomic<bool> outlasts_ = false;
    std::atomic<std::chrono::milliseconds> rest_{};
    std::mutex mutex_;
    std::vector<std::string> wrong_;
    std::vector<std::jthread> threads_;
};

}  // namespace mindspace::integration
