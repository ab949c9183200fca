#pragma once
// The connections of one core to one node of another server: kept alive, bounded, and so are those who wait for one.
// Lives on its core's loop, and must not go before the loop has run out.

#include "platform/http/client/connection.h"
#include "platform/http/client/origin.h"
#include "platform/telemetry/metrics/metrics.h"

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
    std::chrono::milliseconds connect_timeout{500};  // for a connection, or for one to become free
    std::int64_t max_connections = 256;
    std::size_t max_waiting = 1024;  // beyond: busy, at once
};

class ClientPool {
public:
    using Clock = ClientConnection::Clock;
    using Connection = std::shared_ptr<ClientConnection>;

    // A connection on loan. At its end it goes back, if another request may follow on it, or is closed.
    class Lease {
    public:
        Lease(ClientPool& pool, Connection connection) : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_) pool_->give_back(std::move(connection_));
        }
        ClientConnection* operator->() const { return connection_.get(); }
        ClientConnection& operator*() const { return *connection_; }
        // Takes it out of the pool for good; it counts no longer.
        Connection detach();

    private:
        ClientPool* pool_;
        Connection connection_;
    };

    ClientPool(asio::io_context& loop, ClientPoolOptions options);
    ~ClientPool();
    ClientPool(const ClientPool&) = delete;
    ClientPool& operator=(const ClientPool&) = delete;

    // Begins to enforce deadlines.
    void start();
    // Closes everything; what waits for it ends.
    void stop();

    // A kept connection, or a new one, with `deadline` set. unreachable, busy.
    Awaitable<std::expected<Lease, ClientFault>> acquire(Clock::time_point deadline);

    // How long whoever waits for a connection first has waited.
    [[nodiscard]] Clock::duration delay(Clock::time_point now) const;

    // From any thread.
    [[nodiscard]] std::int64_t connections() const { return open_.value(); }
    [[nodiscard]] const Origin& origin() const { return options_.origin; }

private:
    struct Waiting {
        asio::steady_timer* timer;
        Clock::time_point since;
    };

    Connection take_kept();
    Awaitable<bool> wait_for_one(Clock::time_point deadline);
    Awaitable<std::expected<Lease, ClientFault>> connect(Clock::time_point until, Clock::time_point deadline);
    void give_back(Connection connection);
    void forget_one();
    void wake_one();
    Awaitable<> sweep();

    asio::io_context& loop_;
    ClientPoolOptions options_;
    asio::steady_timer sweep_timer_;
    std::vector<Connection> kept_;                  // the last one was used last
    std::unordered_set<ClientConnection*> leased_;  // not owned
    std::deque<Waiting> waiting_;                   // whoever wakes one takes it out, too
    telemetry::Gauge open_;                         // kept, leased, or about to be
    bool stopped_ = false;
};

}  // namespace mindspace::http
