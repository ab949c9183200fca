#include "platform/http/client/pool.h"

#include "platform/async/as_tuple.h"
#include "platform/async/cancellation.h"
#include "platform/async/host_lookup.h"

#include <boost/asio/this_coro.hpp>

#include <algorithm>

namespace mindspace::http {

using asio::ip::tcp;

namespace {

constexpr auto kPoolSweepInterval = std::chrono::milliseconds(50);
constexpr auto kIdleLimit = std::chrono::seconds(60);  // less than servers keep a silent connection

}  // namespace

ClientPool::Connection ClientPool::Lease::detach() {
    pool_->leased_.erase(connection_.get());
    pool_->remove_connection();
    return std::move(connection_);
}

ClientPool::ClientPool(asio::io_context& loop, ClientPoolOptions options)
    : loop_(loop), options_(std::move(options)), sweep_timer_(loop), tasks_(loop) {}

ClientPool::~ClientPool() = default;

void ClientPool::start() {
    tasks_.spawn(sweep());
}

void ClientPool::stop() {
    stopped_ = true;
    tasks_.cancel();
    idle_.clear();
    for (auto* connection : leased_) connection->close();
    for (const auto& waiting : waiting_) waiting.timer->cancel();
}

Awaitable<std::expected<ClientPool::Lease, ClientFault>> ClientPool::acquire(Clock::time_point deadline) {
    const auto until = std::min(deadline, Clock::now() + options_.connect_timeout);
    while (!stopped_) {
        if (auto idle = take_idle()) {
            idle->set_deadline(deadline);
            leased_.insert(idle.get());
            co_return Lease(*this, std::move(idle));
        }
        if (open_.value() < options_.max_connections) {
            auto connected = co_await connect(until, deadline);
            co_return connected;
        }
        const bool woken = co_await wait_for_one(until);
        if (!woken) break;
    }
    co_return std::unexpected(ClientFault::busy);
}

ClientPool::Clock::duration ClientPool::delay(Clock::time_point now) const {
    return waiting_.empty() ? Clock::duration::zero() : now - waiting_.front().since;
}

ClientPool::Connection ClientPool::take_idle() {
    while (!idle_.empty()) {
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        if (!connection->is_stale()) return connection;
        open_.add(-1);
    }
    return nullptr;
}

// False when none became free in time, or too many wait already.
Awaitable<bool> ClientPool::wait_for_one(Clock::time_point deadline) {
    if (waiting_.size() >= options_.max_waiting) co_return false;
    asio::steady_timer timer(loop_, deadline);
    waiting_.push_back({.timer = &timer, .since = Clock::now()});
    waiting_count_.set(std::ssize(waiting_));
    co_await timer.async_wait(kTuple);
    const bool is_woken = std::erase_if(waiting_, [&](const Waiting& it) { return it.timer == &timer; }) == 0;
    waiting_count_.set(std::ssize(waiting_));
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
        if (is_woken) wake_one();  // another may have the connection
        std::rethrow_exception(make_cancellation());
    }
    co_return is_woken;
}

Awaitable<std::expected<ClientPool::Lease, ClientFault>> ClientPool::connect(Clock::time_point until,
                                                                             Clock::time_point deadline) {
    open_.add(1);
    auto connection = std::make_shared<ClientConnection>(loop_);
    connection->set_deadline(until);
    leased_.insert(connection.get());
    Lease lease(*this, connection);  // closes and returns the connection if this ends early
    const auto addresses = co_await resolve_host(loop_, options_.origin.host, until);
    std::vector<tcp::endpoint> endpoints;
    for (const auto& address : addresses) endpoints.emplace_back(address, options_.origin.port);
    auto fault = co_await connection->connect(std::move(endpoints));
    if (fault) co_return std::unexpected(*fault);
    connection->set_deadline(deadline);
    co_return std::move(lease);
}

void ClientPool::release(Connection connection) {
    leased_.erase(connection.get());
    if (!stopped_ && connection->is_reusable()) {
        connection->set_deadline(Clock::time_point::max());
        connection->idle_since = Clock::now();
        idle_.push_back(std::move(connection));
        wake_one();
    } else {
        remove_connection();
    }
}

void ClientPool::remove_connection() {
    open_.add(-1);
    wake_one();
}

void ClientPool::wake_one() {
    if (waiting_.empty()) return;
    waiting_.front().timer->cancel();
    waiting_.pop_front();
    waiting_count_.set(std::ssize(waiting_));
}

Awaitable<> ClientPool::sweep() {
    while (!stopped_) {
        const auto now = Clock::now();
        for (auto* connection : leased_) connection->sweep(now);
        const auto first_recent = std::ranges::find_if(
            idle_, [&](const Connection& connection) { return now - connection->idle_since < kIdleLimit; });
        open_.add(idle_.begin() - first_recent);
        idle_.erase(idle_.begin(), first_recent);
        sweep_timer_.expires_after(kPoolSweepInterval);
        co_await sweep_timer_.async_wait(kTuple);
    }
}

}  // namespace mindspace::http
