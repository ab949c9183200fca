#pragma once
// The cores of this process with their threads, and the modules that run on them: who starts, drains and stops what,
// and in which order.

#include "app/core.h"
#include "platform/module/module.h"

#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace mindspace::app {

struct RunningModule {
    std::unique_ptr<Module> module;
    std::vector<ModuleCore*> cores;  // its parts, by core; none if it has none
};

class Cores {
public:
    // Nothing connects yet.
    Cores(const Config& config, const Backends& backends);
    // After a fault they may still run: then they are stopped, and what does not end is left as it is.
    ~Cores();
    Cores(const Cores&) = delete;
    Cores& operator=(const Cores&) = delete;

    // Before start(): one more module, after those that it needs.
    const RunningModule& add(std::unique_ptr<Module> module);
    template <class M, class... Arguments>
    M& add(Arguments&&... arguments) {
        auto module = std::make_unique<M>(std::forward<Arguments>(arguments)...);
        auto& added = *module;
        add(std::move(module));
        return added;
    }

    // Before start(), on a loop of its own: what the modules write to the database first.
    Awaitable<> prepare(postgres::Session& session);
    // Starts the threads, connects, and starts the modules one after the other, each when those before it are ready. A
    // server that is still away is no reason not to start: its requests answer 503 until it comes.
    void start();
    // Whether every core's loop comes to a task within that time.
    [[nodiscard]] bool respond(std::chrono::microseconds limit);
    // Until nothing is under way, for `limit` at most.
    void drain(Milliseconds limit);
    // In reverse. False when a core did not end in time: its thread runs on then, and uses what it was given.
    [[nodiscard]] bool stop();

    [[nodiscard]] const CoreResources& first() const { return cores_.front()->resources(); }
    [[nodiscard]] const std::deque<RunningModule>& modules() const { return modules_; }
    [[nodiscard]] std::vector<auth::CoreGuard*> guards() const;
    // From any thread: the figures of all.
    void collect(telemetry::Page& page) const;

private:
    struct Running {
        std::thread thread;
        std::future<void> ended;
    };
    // The first core runs what a module has for the process, too.
    template <class Function>
    static void for_each_part(const RunningModule& module, const Core& core, Function function);

    void start_threads();
    void wait_until(std::function<bool(const Core&)> condition, std::chrono::steady_clock::time_point give_up_at);
    // Runs it on every core's own thread, and returns when all have. Throws Unavailable when a core does not come to it
    // in time; it may do so later.
    void on_each(std::function<void(Core&)> work, Milliseconds limit);
    [[nodiscard]] bool all_of(const std::function<bool(const Core&)>& condition, Milliseconds limit);
    [[nodiscard]] bool is_idle(const Core& core) const;

    std::vector<std::unique_ptr<Core>> cores_;
    std::deque<RunningModule> modules_;
    std::vector<Running> running_;
};

}  // namespace mindspace::app
