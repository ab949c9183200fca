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
        for (auto known = flights_.find(key); known != flights_.end(); known = flights_.find(key)) {
            const auto flight = known->second;
            co_await flight->landed.async_wait(kTuple);
            if (flight->fault) std::rethrow_exception(flight->fault);
            if (flight->value) co_return *flight->value;
        }
        auto flight = std::make_shared<Flight>(co_await asio::this_coro::executor);
        flights_.emplace(key, flight);
        const Landing landing{*this, key, flight};
        try {
            flight->value.emplace(co_await std::move(work));
        } catch (...) {
            auto fault = std::current_exception();
            if (!is_cancellation(fault)) flight->fault = std::move(fault);
            throw;
        }
        co_return *flight->value;
    }

private:
    struct Flight {
        explicit Flight(const asio::any_io_executor& executor)
            : landed(executor, asio::steady_timer::time_point::max()) {}
        std::optional<Value> value;
        std::exception_ptr fault;
        asio::steady_timer landed;  // cancelled when the work is done
    };
    // Runs no matter how the leader ends.
    struct Landing {
        SingleFlight& flights;
        const Key& key;
        std::shared_ptr<Flight> flight;
        ~Landing() {
            flights.flights_.erase(key);
            flight->landed.cancel();
        }
    };

    std::map<Key, std::shared_ptr<Flight>> flights_;
};

}  // namespace mindspace
