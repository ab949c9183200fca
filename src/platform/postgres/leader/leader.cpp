#include "platform/postgres/leader/leader.h"

#include "platform/async/backoff.h"
#include "platform/base/ids.h"
#include "platform/postgres/connection/session.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>

namespace mindspace::postgres {

namespace {

constexpr Milliseconds kPollInterval{500};  // of those who would take over

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

// What outlives the Leader until its coroutine has ended.
class Leader::Loop {
public:
    Loop(asio::io_context& io, LeaderOptions options, std::shared_ptr<Work> work)
        : io_(io),
          name_(std::move(options.name)),
          reach_(options.reach),
          work_(std::move(work)),
          session_(io, {.conninfo = std::move(options.conninfo), .query_timeout = options.query_timeout}),
          timer_(io),
          backoff_(io) {}

    static Awaitable<> run(std::shared_ptr<Loop> self) {
        while (!self->is_stopped_) {
            try {
                co_await self->lead();
            } catch (const std::exception& fault) {
                self->report(fault.what());
            }
            self->work_->end();
            self->session_.close();  // and with it the lock
            co_await self->backoff_.pause();
        }
    }

    void stop() {
        is_stopped_ = true;
        backoff_.stop();
        timer_.cancel();
        session_.close();
    }

    [[nodiscard]] asio::io_context& io() const { return io_; }

private:
    // Until stopped, or until a fault.
    Awaitable<> lead() {
        co_await session_.connect();
        if (reach_ == Reach::one_process)
            while (!co_await session_.try_advisory_lock(lock_key(name_))) co_await wait(kPollInterval);
        co_await work_->begin(session_);
        while (!is_stopped_) {
            auto pause = co_await work_->turn(session_);
            recover();
            if (pause > pause.zero()) co_await wait(pause);
        }
    }

    void report(const char* fault) {
        if (is_stopped_ || is_failing_) return;
        is_failing_ = true;
        log::warn("a job fails, trying again", {{"mindspace.job", name_}, {"error.message", fault}});
    }

    void recover() {
        backoff_.reset();
        if (is_failing_) log::info("a job goes on", {{"mindspace.job", name_}});
        is_failing_ = false;
    }

    Awaitable<> wait(Milliseconds time) {
        if (is_stopped_) co_return;
        timer_.expires_after(time);
        boost::system::error_code stopped;  // the caller finds out
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    }

    asio::io_context& io_;
    std::string name_;
    Reach reach_;
    std::shared_ptr<Work> work_;
    Session session_;
    asio::steady_timer timer_;
    Backoff backoff_;
    bool is_failing_ = false;
    bool is_stopped_ = false;
};

Leader::Leader(asio::io_context& io, LeaderOptions options, std::shared_ptr<Work> work)
    : loop_(std::make_shared<Loop>(io, std::move(options), std::move(work))) {}

Leader::~Leader() {
    stop();
}

void Leader::start() {
    asio::co_spawn(loop_->io(), Loop::run(loop_), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
}

void Leader::stop() {
    loop_->stop();
}

}  // namespace mindspace::postgres
