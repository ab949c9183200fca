#pragma once
// Lets one core hold leases: beats, and receives the ends that others publish. One per core, on its loop.

#include "platform/async/task_group.h"
#include "platform/leases/membership.h"
#include "platform/redis/pubsub/subscriber.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace mindspace::redis {
class Client;
}

namespace mindspace::leases {

class Holder {
public:
    // End the leases on one subject, or all; called on the loop, must not throw.
    struct Handlers {
        std::function<void(std::string_view subject)> end;
        std::function<void()> end_all;
    };
    // `redis` and `subscriber` are those of the core; they must outlive it.
    Holder(asio::io_context& loop, redis::Client& redis, redis::Subscriber& subscriber, Handlers handlers);
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    // Called once.
    void start();
    // Final.
    void stop();

    [[nodiscard]] const Membership& membership() const { return membership_; }

private:
    Awaitable<> run();
    Awaitable<> beat();
    Awaitable<Registration> register_core();
    void receive(std::string_view payload);

    redis::Client& redis_;
    redis::Subscriber& subscriber_;
    Handlers handlers_;
    const std::string id_;
    Membership membership_;
    bool must_report_ = false;  // an end has been heard since the last registration
    redis::Subscription subscription_;
    asio::steady_timer pause_;
    TaskGroup tasks_;
};

}  // namespace mindspace::leases
