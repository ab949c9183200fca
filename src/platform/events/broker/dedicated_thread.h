#pragma once
// Runs one end of a broker on its own thread, for a coroutine that waits for one call at a time. A call that exceeds
// its deadline is cut.

#include "platform/async/awaitable.h"
#include "platform/async/worker_pool.h"
#include "platform/base/time.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace mindspace::events {

// End: Publisher or Subscriber.
template <class End>
class DedicatedThread {
public:
    DedicatedThread(asio::io_context& io, std::string thread_name, std::shared_ptr<End> end)
        : end_(std::move(end)), deadline_(io), pool_(std::move(thread_name), 1, kQueued) {}

    // `work` receives the end, on the end's thread, and owns everything else that it uses.
    template <class F>
    Awaitable<std::invoke_result_t<F&, End&>> call(F work, Milliseconds timeout) {
        deadline_.expires_after(timeout);
        deadline_.async_wait([end = end_](boost::system::error_code cancelled) {
            if (!cancelled) end->cut();
        });
        const Disarm disarm(deadline_);
        auto job = [end = end_, work = std::move(work)]() mutable { return work(*end); };
        co_return co_await pool_.run(std::move(job));
    }
    // The call in progress soon ends.
    void cut() { end_->cut(); }

private:
    static constexpr std::size_t kQueued = 1;  // an abandoned call may still run when the next one arrives

    class Disarm {
    public:
        explicit Disarm(asio::steady_timer& timer) : timer_(timer) {}
        ~Disarm() { timer_.cancel(); }
        Disarm(const Disarm&) = delete;
        Disarm& operator=(const Disarm&) = delete;

    private:
        asio::steady_timer& timer_;
    };

    std::shared_ptr<End> end_;
    asio::steady_timer deadline_;
    WorkerPool pool_;
};

}  // namespace mindspace::events
