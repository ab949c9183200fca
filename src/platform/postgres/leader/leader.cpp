#include "platform/postgres/leader/leader.h"

#include "platform/async/backoff.h"
#include "platform/async/sleep.h"
#include "platform/async/task_group.h"
#include "platform/base/ids.h"
#include "platform/postgres/connection/session.h"
#include "platform/telemetry/log/log.h"

#include <cstring>

namespace mindspace::postgres {

namespace {

constexpr Milliseconds kPollInterval{500};  // of processes that wait to take over

std::int64_t lock_key(const std::string& job) {
    auto name = Uuid::from_name("postgres.leader " + job);
    std::int64_t key = 0;
    std::memcpy(&key, name.bytes.data(), sizeof key);
    return key;
}

}  // namespace

Awaitable<> Work::begin(Session&) {
    co_return;
}

// The state that outlives the Leader until its coroutine has ended.
class Leader::Loop : public std::enable_shared_from_this<Loop> {
public:
    Loop(asio::io_context& io, LeaderOptions options, std::shared_ptr<Work> work)
        : name_(std::move(options.name)),
          leadership_(options.leadership),
          work_(std::move(work)),
          session_(io, {.conninfo = std::move(options.conninfo), .query_timeout = options.query_timeout}),
          tasks_(io) {}

    void start() { tasks_.spawn(run(shared_from_this())); }

    void stop() {
        tasks_.cancel();
        session_.close();
    }

private:
    static Awaitable<> run(std::shared_ptr<Loop> self) {
        while (!self->tasks_.is_cancelled()) {
            try {
                co_await self->lead();
            } catch (const std::exception& fault) {
                self->report(fault.what());
            }
            self->work_->end();
            self->session_.close();  // which releases the lock
            co_await self->backoff_.pause();
        }
    }

    // Runs until stopped, or until a fault.
    Awaitable<> lead() {
        co_await session_.connect();
        if (leadership_ == Leadership::one_process)
            while (!co_await session_.try_advisory_lock(lock_key(name_))) co_await sleep_for(kPollInterval);
        co_await work_->begin(session_);
        while (!tasks_.is_cancelled()) {
            auto pause = co_await work_->run_once(session_);
            recover();
            if (pause > pause.zero()) co_await sleep_for(pause);
        }
    }

    void report(const char* fault) {
        if (tasks_.is_cancelled() || is_failing_) return;
        is_failing_ = true;
        log::warn("a job failed, retrying", {{"mindspace.job", name_}, {"error.message", fault}});
    }

    void recover() {
        backoff_.reset();
        if (is_failing_) log::info("a job recovered", {{"mindspace.job", name_}});
        is_failing_ = false;
    }

    std::string name_;
    Leadership leadership_;
    std::shared_ptr<Work> work_;
    Session session_;
    Backoff backoff_;
    TaskGroup tasks_;
    bool is_failing_ = false;
};

Leader::Leader(asio::io_context& io, LeaderOptions options, std::shared_ptr<Work> work)
    : loop_(std::make_shared<Loop>(io, std::move(options), std::move(work))) {}

Leader::~Leader() {
    stop();
}

void Leader::start() {
    loop_->start();
}

void Leader::stop() {
    loop_->stop();
}

}  // namespace mindspace::postgres
