#pragma once
// Lets those who want the same thing at the same time share the work of getting it. Belongs to one core: no lock.

#include "platform/async/awaitable.h"
#include "platform/base/result.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace mindspace {

template <class Key, class Value>
class SingleFlight {
public:
    // Does `work`, unless somebody is doing it for that key: then its outcome is ours, too, value or exception.
    // Throws Unavailable when whoever did it was given up.
    Awaitable<Value> run(Key key, Awaitable<Value> work) {
        if (auto known = flights_.find(key); known != flights_.end()) {
            auto flight = known->second;
            co_await flight->landed.async_wait(asio::as_tuple(asio::use_awaitable));
            if (flight->fault) std::rethrow_exception(flight->fault);
            if (!flight->value) throw Unavailable("the work that was shared has been given up");
            co_return *flight->value;
        }
        auto flight = std::make_shared<Flight>(co_await asio::this_coro::executor);
        flights_.emplace(key, flight);
        const Landing landing{*this, key, flight};
        try {
            flight->value.emplace(co_await std::move(work));
        } catch (...) {
            flight->fault = std::current_exception();
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
