#include "app/cores.h"

#include "app/process/ports.h"
#include "app/settings/settings.h"
#include "platform/base/result.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <atomic>
#include <ranges>
#include <tuple>
#include <utility>

namespace mindspace::app {

namespace {

using std::chrono::steady_clock;

constexpr auto kStopLimit = std::chrono::seconds(5);
constexpr auto kReadyLimit = std::chrono::seconds(5);
constexpr Milliseconds kHangLimit{30'000};  // for a core to begin a task; after that it hangs
constexpr auto kPoll = std::chrono::milliseconds(20);

}  // namespace

Cores::Cores(const Config& config, const Backends& backends, const telemetry::Tracer* tracer)
    : signatures_(std::make_unique<auth::KnownSignatures>(config.auth.token_cache)) {
    for (unsigned i = 0; i < core_count(config.http); ++i)
        cores_.push_back(std::make_unique<Core>(i, config, backends, *signatures_, tracer));
}

Cores::~Cores() {
    if (!running_.empty() && !stop()) {
        for (auto& module : modules_) std::ignore = module.module.release();
        for (auto& core : cores_) std::ignore = core.release();
        std::ignore = signatures_.release();
    }
    while (!modules_.empty()) modules_.pop_back();
}

const RunningModule& Cores::add(std::unique_ptr<Module> module) {
    auto& added = modules_.emplace_back(std::move(module));
    for (const auto& core : cores_)
        if (auto* part = added.module->add_core(core->resources())) added.cores.push_back(part);
    return added;
}

std::vector<auth::CallerAccess*> Cores::access() const {
    std::vector<auth::CallerAccess*> access;
    for (const auto& core : cores_) access.push_back(&core->access());
    return access;
}

Awaitable<> Cores::prepare(postgres::Session& session) {
    for (const auto& module : modules_) co_await module.module->prepare(session);
}

template <class Function>
void Cores::for_each_part(const RunningModule& module, const Core& core, Function function) {
    const auto index = core.resources().index;
    if (index < module.cores.size()) function(*module.cores[index]);
    if (index == 0) function(*module.module);
}

void Cores::start_threads() {
    for (auto& core : cores_) {
        std::promise<void> ended;
        auto& running = running_.emplace_back(std::thread(), ended.get_future());
        running.thread = std::thread([&core = *core, ended = std::move(ended)]() mutable {
            core.run();
            ended.set_value();
        });
        const auto name = "core-" + std::to_string(core->resources().index);
        pthread_setname_np(running.thread.native_handle(), name.c_str());
    }
}

void Cores::start() {
    start_threads();
    const auto give_up_at = steady_clock::now() + kReadyLimit;
    run_on_each(&Core::connect, kHangLimit);
    wait_until(&Core::is_connected, give_up_at, kHangLimit);
    for (const auto& module : modules_) {
        run_on_each([&module](Core& core) { for_each_part(module, core, [](Lifecycle& part) { part.start(); }); },
                    kHangLimit);
        wait_until(
            [&module](const Core& core) {
                bool is_ready = true;
                for_each_part(module, core, [&](const Lifecycle& part) { is_ready = is_ready && part.is_ready(); });
                return is_ready;
            },
            give_up_at, kHangLimit);
    }
}

void Cores::run_on_each(std::function<void(Core&)> work, Milliseconds limit) {
    const auto shared_work = std::make_shared<const std::function<void(Core&)>>(std::move(work));
    const auto give_up_at = steady_clock::now() + limit;
    std::vector<std::future<void>> ended;
    for (auto& core : cores_) {
        auto task = [shared_work, &core = *core] { (*shared_work)(core); };
        ended.push_back(asio::post(core->resources().loop, asio::use_future(task)));
    }
    for (auto& core : ended) {
        if (core.wait_until(give_up_at) != std::future_status::ready) throw Unavailable("a core hangs");
        core.get();
    }
}

bool Cores::all_of(const std::function<bool(const Core&)>& condition, Milliseconds limit) {
    auto all = std::make_shared<std::atomic<bool>>(true);
    run_on_each(
        [all, condition](const Core& core) {
            if (!condition(core)) *all = false;
        },
        limit);
    return *all;
}

void Cores::wait_until(const std::function<bool(const Core&)>& condition, steady_clock::time_point give_up_at,
                       Milliseconds hang_limit) {
    while (!all_of(condition, hang_limit) && steady_clock::now() < give_up_at) std::this_thread::sleep_for(kPoll);
}

bool Cores::respond(std::chrono::microseconds limit) {
    try {
        run_on_each([](Core&) {}, std::chrono::duration_cast<Milliseconds>(limit));
        return true;
    } catch (const Unavailable&) {
        return false;
    }
}

bool Cores::is_idle(const Core& core) const {
    bool is_idle = true;
    for (const auto& module : modules_)
        for_each_part(module, core, [&](const Lifecycle& part) { is_idle = is_idle && part.is_idle(); });
    return is_idle;
}

void Cores::drain(Milliseconds limit) {
    const auto give_up_at = steady_clock::now() + limit;
    const auto window = limit / 2;
    try {
        run_on_each(
            [this, window](Core& core) {
                for (const auto& module : std::views::reverse(modules_))
                    for_each_part(module, core, [window](Lifecycle& part) { part.drain(window); });
            },
            limit);
        wait_until([this](const Core& core) { return is_idle(core); }, give_up_at, limit);
    } catch (const Unavailable&) {  // stop() detects that core
    }
}

bool Cores::stop() {
    for (auto& core : cores_)
        asio::post(core->resources().loop, [this, &core = *core] {
            for (const auto& module : std::views::reverse(modules_))
                for_each_part(module, core, [](Lifecycle& part) { part.stop(); });
            core.stop();
        });
    const auto give_up_at = steady_clock::now() + kStopLimit;
    bool all_ended = true;
    for (auto& core : std::exchange(running_, {})) {
        if (core.ended.wait_until(give_up_at) == std::future_status::ready) {
            core.thread.join();  // not only the work: libraries clean up as a thread ends, which must precede exit()
        } else {
            core.thread.detach();
            all_ended = false;
        }
    }
    return all_ended;
}

void Cores::collect(telemetry::Page& page) const {
    std::vector<const postgres::ClientStats*> databases;
    std::vector<const postgres::ReplicaStats*> replicas;
    std::vector<const redis::ClientStats*> redis;
    std::vector<const redis::ClientStats*> subscribers;
    for (const auto& core : cores_) {
        databases.push_back(&core->resources().database.stats());
        replicas.push_back(&core->resources().replicas.stats());
        redis.push_back(&core->resources().redis.stats());
        subscribers.push_back(&core->resources().subscriber.stats());
    }
    postgres::collect("requests", databases, page);
    postgres::collect(replicas, page);
    redis::collect("commands", redis, page);
    redis::collect("subscriptions", subscribers, page);
    for (const auto& module : modules_) module.module->collect(page);
    page.counter("mindspace_log_lost", "Log lines lost to a full queue or disk.", log::lost_count());
}

}  // namespace mindspace::app
