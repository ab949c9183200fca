#pragma once
// Requests that share one Sync, hence one transaction and, for writes, one commit: simultaneous writes of many callers
// cost one flush of the log. If one of them fails, the server rolls back all; the others are then resent, each in its
// own unit. On a cluster a Sync makes no transaction, so writes are sent between BEGIN and COMMIT. Knows nothing about
// sockets or queues.

#include "platform/postgres/connection/request.h"

#include <memory>
#include <vector>

namespace mindspace::postgres {

// What turns the statements of a writing unit into one transaction.
enum class TransactionMode { sync, begin_and_commit };

class Unit {
public:
    static constexpr std::size_t kMaxRequests = 32;

    explicit Unit(TransactionMode transaction_mode) : transaction_mode_(transaction_mode) {}

    // True if the request may join: either all requests of a unit read or all write, and none requires its own unit.
    [[nodiscard]] bool accepts(const Request& request) const;
    // Passes the request to libpq. Throws std::logic_error (Request::send); the request then stays with the caller.
    bool send(std::unique_ptr<Request>& request, pg_conn* connection, PreparedStatements& prepared);
    // Called after the last request, before the Sync: ends a transaction that BEGIN started. False: the connection is
    // broken.
    bool close(pg_conn* connection) const;
    // Sent instead of requests: ends the failed transaction that an earlier unit has left open. False: the connection
    // is broken.
    static bool send_rollback(pg_conn* connection);

    // Handles one reply other than the Sync's.
    void handle_reply(Rows reply, PreparedStatements& prepared);
    // The requests of the unit; after the Sync's reply, or if there will be none.
    [[nodiscard]] std::vector<std::unique_ptr<Request>> release() { return std::move(requests_); }

    [[nodiscard]] bool has_sent() const { return is_open_ || !requests_.empty(); }
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    [[nodiscard]] std::size_t size() const { return requests_.size(); }
    // When the oldest request was queued, or when the unit was created.
    [[nodiscard]] Request::TimePoint queued_at() const { return queued_at_; }

private:
    TransactionMode transaction_mode_;
    std::vector<std::unique_ptr<Request>> requests_;
    Request::TimePoint queued_at_ = std::chrono::steady_clock::now();
    bool is_open_ = false;  // BEGIN is sent
    bool is_begin_acknowledged_ = false;
    std::size_t replying_ = 0;  // index of the request whose replies are arriving
    bool has_failed_ = false;
};

}  // namespace mindspace::postgres
