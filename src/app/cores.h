#pragma once
// The cores of this process with their threads, and the modules that run on them: starts, drains and stops them in the
// right order.

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
    std::vector<ModuleCore*> cores;  // its parts, by core; empty if it has none
};

class Cores {
public:
    // Does not connect yet. Without a tracer nothing is traced.
    Cores(const Config& config, const Backends& backends, const telemetry::Tracer* tracer = nullptr);
    // After a fault the cores may still be running: then they are stopped, and a core that does not end is left
    // running.
    ~Cores();
    Cores(const Cores&) = delete;
    Cores& operator=(const Cores&) = delete;

    // Called before start(): adds a module, after those it needs.
    const RunningModule& add(std::unique_ptr<Module> module);
    template <class M, class... Arguments>
    M& add(Arguments&&... arguments) {
        auto module = std::make_unique<M>(std::forward<Arguments>(arguments)...);
        auto& added = *module;
        add(std::move(module));
        return added;
    }

    // Called before start(), on a separate loop: writes the initial data of the modules to the database.
    Awaitable<> prepare(postgres::Session& session);
    // Starts the threads, connects, and starts the modules one after the other, each when the modules before it are
    // ready. An unavailable server does not prevent the start: requests that need it get 503 until it is available.
    void start();
    // Whether every core's loop runs a task within that time.
    [[nodiscard]] bool respond(std::chrono::microseconds limit);
    // Waits until no work is in progress, for `limit` at most.
    void drain(Milliseconds limit);
    // Stops everything in reverse order. Returns false if a core did not end in time: its thread then continues to run,
    // and uses the objects it was given.
    [[nodiscard]] bool stop();

    [[nodiscard]] const CoreResources& first() const { return cores_.front()->resources(); }
    [[nodiscard]] const std::deque<RunningModule>& modules() const { return modules_; }
    [[nodiscard]] std::vector<auth::CallerAccess*> access() const;
    // From any thread: the metrics of all.
    void collect(telemetry::Page& page) const;

private:
    struct Running {
        std::thread thread;
        std::future<void> ended;
    };
    // Calls `function` for the module's parts. The first core also runs the module's process-wide part.
    template <class Function>
    static void for_each_part(const RunningModule& module, const Core& core, Function function);

    void start_threads();
    // Until it holds on every core, or `give_up_at`. Throws Unavailable if a core does not respond within `hang_limit`.
    void wait_until(const std::function<bool(const Core&)>& condition, std::chrono::steady_clock::time_point give_up_at,
                    Milliseconds hang_limit);
    // Runs `work` on every core's own thread, and returns when all have finished. Throws Unavailable if a core does not
    // start it in time; that core may run it later.
    void run_on_each(std::function<void(Core&)> work, Milliseconds limit);
    [[nodiscard]] bool all_of(const std::function<bool(const Core&)>& condition, Milliseconds limit);
    [[nodiscard]] bool is_idle(const Core& core) const;

    std::unique_ptr<auth::KnownSignatures> signatures_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::deque<RunningModule> modules_;
    std::vector<Running> running_;
};

}  // namespace mindspace::app
