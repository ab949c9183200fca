#pragma once
// Lets concurrent callers that want the same result share the work of computing it. Belongs to one core: no lock.

#include "platform/async/as_tuple.h"
#include "platform/async/awaitable.h"
#include "platform/async/cancellation.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace mindspace {

template <class Key, class Value>
class SingleFlight {
public:
    // Runs `work`, unless another caller is already running it for that key: then returns that caller's outcome, value
    // or exception. If that caller is cancelled, the first of the waiting callers runs its own work for all.
    Awaitable<Value> run(Key key, Awaitable<Value> work) {
        for (auto known = pending_calls_.find(key); known != pending_calls_.end(); known = pending_calls_.find(key)) {
            const auto pending = known->second;
            co_await pending->done.async_wait(kTuple);
            if (pending->fault) std::rethrow_exception(pending->fault);
            if (pending->value) co_return *pending->value;
        }
        auto pending = std::make_shared<PendingCall>(co_await asio::this_coro::executor);
        pending_calls_.emplace(key, pending);
        const Completion completion{*this, key, pending};
        try {
            pending->value.emplace(co_await std::move(work));
        } catch (...) {
            auto fault = std::current_exception();
            if (!is_cancellation(fault)) pending->fault = std::move(fault);
            throw;
        }
        co_return *pending->value;
    }

private:
    struct PendingCall {
        explicit PendingCall(const asio::any_io_executor& executor)
            : done(executor, asio::steady_timer::time_point::max()) {}
        std::optional<Value> value;
        std::exception_ptr fault;
        asio::steady_timer done;  // cancelled when the work is done
    };
    // Runs no matter how the leader ends.
    struct Completion {
        SingleFlight& flights;
        const Key& key;
        std::shared_ptr<PendingCall> pending;
        ~Completion() {
            flights.pending_calls_.erase(key);
            pending->done.cancel();
        }
    };

    std::map<Key, std::shared_ptr<PendingCall>> pending_calls_;
};

}  // namespace mindspace
