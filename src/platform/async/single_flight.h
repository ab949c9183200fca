#pragma once
// Lets those who want the same thing at the same time share the work of getting it. Belongs to one core: no lock.

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
    // Does `work`, unless another caller is doing it for that key: then its outcome is ours, too, value or exception.
    // When that caller is cancelled, the first of those who wait does its own work for all.
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
        asio::steady_timer landed;  // cancelled then
    };
    // However the leader ends.
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
