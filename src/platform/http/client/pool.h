#pragma once
// The connections of one core to one node of another server: kept alive and limited in number, as are the callers that
// wait for one. Belongs to its core's loop; must not be destroyed before the loop has run out of work.

#include "platform/async/task_group.h"
#include "platform/http/client/connection.h"
#include "platform/http/client/origin.h"
#include "platform/telemetry/metrics/page.h"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <expected>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

namespace mindspace::http {

struct ClientPoolOptions {
    Origin origin;
    std::chrono::milliseconds connect_timeout{500};  // for connecting, or for waiting until a connection is free
    std::int64_t max_connections = 256;
    std::size_t max_waiting = 1024;  // above: busy, immediately
};

class ClientPool {
public:
    using Clock = ClientConnection::Clock;
    using Connection = std::shared_ptr<ClientConnection>;

    // A leased connection. The destructor returns it to the pool if it is reusable, otherwise closes it.
    class Lease {
    public:
        Lease(ClientPool& pool, Connection connection) : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_) pool_->release(std::move(connection_));
        }
        ClientConnection* operator->() const { return connection_.get(); }
        ClientConnection& operator*() const { return *connection_; }
        // Removes it from the pool permanently; it no longer counts.
        Connection detach();

    private:
        ClientPool* pool_;
        Connection connection_;
    };

    ClientPool(asio::io_context& loop, ClientPoolOptions options);
    ~ClientPool();
    ClientPool(const ClientPool&) = delete;
    ClientPool& operator=(const ClientPool&) = delete;

    // Starts to enforce deadlines.
    void start();
    // Closes all connections and ends all waits.
    void stop();

    // Returns an idle or a new connection with `deadline` set. Errors: unreachable, busy.
    Awaitable<std::expected<Lease, ClientFault>> acquire(Clock::time_point deadline);

    // How long the first caller in the queue has waited for a connection; 0 if none waits.
    [[nodiscard]] Clock::duration delay(Clock::time_point now) const;

    // From any thread.
    [[nodiscard]] std::int64_t connections() const { return open_.value(); }
    [[nodiscard]] std::int64_t waiting() const { return waiting_count_.value(); }
    [[nodiscard]] const Origin& origin() const { return options_.origin; }

private:
    struct Waiting {
        asio::steady_timer* timer;
        Clock::time_point since;
    };

    Connection take_idle();
    Awaitable<bool> wait_for_one(Clock::time_point deadline);
    Awaitable<std::expected<Lease, ClientFault>> connect(Clock::time_point until, Clock::time_point deadline);
    void release(Connection connection);
    void remove_connection();
    void wake_one();
    Awaitable<> sweep();

    asio::io_context& loop_;
    ClientPoolOptions options_;
    asio::steady_timer sweep_timer_;
    std::vector<Connection> idle_;                  // idle connections, the most recently used last
    std::unordered_set<ClientConnection*> leased_;  // not owned
    std::deque<Waiting> waiting_;                   // the code that wakes a caller also removes it
    telemetry::Gauge waiting_count_;                // of them
    telemetry::Gauge open_;                         // idle, leased, or being connected
    bool stopped_ = false;
    TaskGroup tasks_;
};

}  // namespace mindspace::http
