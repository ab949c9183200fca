#pragma once
// Requests that share one Sync, hence one transaction and, for writes, one commit: what many callers wrote in the same
// moment costs one flush of the log. When one of them fails the server undoes all; the others are then sent again, each
// by itself. On a cluster a Sync makes no transaction, so that writes stand between BEGIN and COMMIT. Knows nothing of
// sockets or queues.

#include "platform/postgres/connection/request.h"

#include <memory>
#include <vector>

namespace mindspace::postgres {

// What makes one transaction of the statements of a unit that writes.
enum class Boundary { sync, begin_and_commit };

class Unit {
public:
    static constexpr std::size_t kMaxRequests = 32;

    explicit Unit(Boundary boundary) : boundary_(boundary) {}

    // True when the request may come along: all of a unit read, or all write, and none must be alone.
    [[nodiscard]] bool takes(const Request& request) const;
    // Hands the request to libpq. Throws std::logic_error (Request::send), the request being left with the caller.
    bool send(std::unique_ptr<Request>& request, pg_conn* connection, PreparedStatements& prepared);
    // Everything is sent but the Sync. False: the connection is broken.
    bool close(pg_conn* connection) const;
    // Instead of requests: ends the transaction that a unit before it has left failed. False: the connection is broken.
    static bool send_rollback(pg_conn* connection);

    // One reply, the Sync's excepted.
    void take(Rows reply, PreparedStatements& prepared);
    // After the Sync's reply, or never: what was in it.
    [[nodiscard]] std::vector<std::unique_ptr<Request>> release() { return std::move(requests_); }

    [[nodiscard]] bool has_sent() const { return is_open_ || !requests_.empty(); }
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    [[nodiscard]] std::size_t size() const { return requests_.size(); }
    // The oldest request, or when the unit was made.
    [[nodiscard]] Request::TimePoint queued_at() const { return queued_at_; }

private:
    Boundary boundary_;
    std::vector<std::unique_ptr<Request>> requests_;
    Request::TimePoint queued_at_ = std::chrono::steady_clock::now();
    bool is_open_ = false;  // BEGIN is sent
    bool is_opening_answered_ = false;
    std::size_t answering_ = 0;  // whose replies are coming
    bool has_failed_ = false;
};

}  // namespace mindspace::postgres
