#pragma once
// Keeps one connection to Redis up: connects, prepares it for use, and reconnects after a loss, with jittered backoff,
// until stop(). A client has one and a subscriber another; in a cluster, one per node. Used by the thread of its
// io_context only.

#include "platform/async/backoff.h"
#include "platform/async/task_group.h"
#include "platform/redis/connection/connection.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/stats.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace mindspace::redis {

// Shared with its own task, which may outlive the owner's stop() by one wait.
class Reconnector : public std::enable_shared_from_this<Reconnector> {
public:
    // Runs on every new connection before the reconnector counts as up. If it throws, the connection is closed.
    using Prepare = std::function<Awaitable<>(Connection&)>;

    Reconnector(asio::io_context& io, ClientOptions options, std::shared_ptr<ClientStats> stats,
                Connection::OnPush on_push);

    void set_prepare(Prepare prepare) { prepare_ = std::move(prepare); }
    void start();
    void stop();
    [[nodiscard]] bool is_up() const { return is_prepared_ && !connection_->is_closed(); }
    // The prepared connection. Throws Unavailable if there is none.
    [[nodiscard]] Connection& connection() const;
    // Returns once the first attempt to connect has ended, successful or not.
    Awaitable<> settled();
    [[nodiscard]] bool is_settled() const { return is_settled_; }

private:
    static Awaitable<> maintain_connection(std::shared_ptr<Reconnector> self);
    Awaitable<> use_one_connection();
    void settle();

    asio::io_context& io_;
    const ClientOptions options_;
    const Connection::OnPush on_push_;
    const std::shared_ptr<ClientStats> stats_;
    Prepare prepare_;
    std::shared_ptr<Connection> connection_;
    asio::steady_timer settled_signal_;  // never expires; the end of the first attempt cancels it
    Backoff backoff_;
    std::string last_fault_ = "redis: not connected yet";
    bool is_started_ = false;
    bool is_settled_ = false;
    bool is_prepared_ = false;
    bool was_up_ = false;
    TaskGroup tasks_;
};

}  // namespace mindspace::redis
