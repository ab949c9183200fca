#include "platform/redis/connection/reconnector.h"

#include "platform/base/result.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace mindspace::redis {

Reconnector::Reconnector(asio::io_context& io, ClientOptions options, std::shared_ptr<ClientStats> stats,
                         Connection::OnPush on_push)
    : io_(io),
      options_(std::move(options)),
      on_push_(std::move(on_push)),
      stats_(std::move(stats)),
      settled_signal_(io, std::chrono::steady_clock::time_point::max()),
      tasks_(io) {}

void Reconnector::start() {
    if (!std::exchange(is_started_, true)) stats_->connections_wanted.add(1);
    tasks_.spawn(maintain_connection(shared_from_this()));
}

void Reconnector::stop() {
    if (std::exchange(is_started_, false)) stats_->connections_wanted.add(-1);
    tasks_.cancel();
    last_fault_ = "redis: stopped";
    if (connection_) connection_->close("redis: stopped");
    settle();
}

Connection& Reconnector::connection() const {
    if (is_prepared_ && connection_->is_closed()) throw Unavailable(connection_->close_reason());
    if (!is_prepared_) throw Unavailable(last_fault_);
    return *connection_;
}

Awaitable<> Reconnector::maintain_connection(std::shared_ptr<Reconnector> self) {
    while (!self->tasks_.is_cancelled()) {
        co_await self->use_one_connection();
        co_await self->backoff_.pause();
    }
}

// Runs from connecting until the connection is lost. The loss is the normal end of this coroutine, not a fault.
Awaitable<> Reconnector::use_one_connection() {
    connection_ = std::make_shared<Connection>(io_, options_, *stats_, on_push_);
    try {
        co_await connection_->open();
        if (prepare_) co_await prepare_(*connection_);
        is_prepared_ = true;
        stats_->connections_up.add(1);
        backoff_.reset();
        settle();
        if (std::exchange(was_up_, true)) stats_->reconnects.add(1);
        co_await connection_->closed();
    } catch (const std::exception& fault) {
        connection_->close(fault.what());
    }
    if (std::exchange(is_prepared_, false)) stats_->connections_up.add(-1);
    last_fault_ = connection_->close_reason();
    settle();
}

Awaitable<> Reconnector::settled() {
    if (!is_settled_) co_await settled_signal_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Reconnector::settle() {
    is_settled_ = true;
    settled_signal_.cancel();
}

}  // namespace mindspace::redis
