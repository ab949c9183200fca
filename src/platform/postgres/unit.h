#pragma once
// Requests that share one Sync, hence one transaction and, for writes, one commit: what many callers wrote in the same
// moment costs one flush of the log. When one of them fails the server undoes all; the others are then sent again, each
// by itself. Knows nothing of sockets or queues.

#include "platform/postgres/request.h"

#include <memory>
#include <vector>

namespace mindspace::postgres {

class Unit {
public:
    static constexpr std::size_t kMaxRequests = 32;

    // True when the request may come along: all of a unit read, or all write, and none must be alone.
    [[nodiscard]] bool takes(const Request& request) const;
    // Hands the request to libpq. Throws std::logic_error (Request::send), the request being left with the caller.
    bool send(std::unique_ptr<Request>& request, pg_conn* connection, PreparedStatements& prepared);

    // One reply, the Sync's excepted.
    void take(Rows reply, PreparedStatements& prepared);
    // After the Sync's reply, or never: what was in it.
    [[nodiscard]] std::vector<std::unique_ptr<Request>> release() { return std::move(requests_); }

    [[nodiscard]] bool is_empty() const { return requests_.empty(); }
    [[nodiscard]] bool has_failed() const { return has_failed_; }
    [[nodiscard]] std::size_t size() const { return requests_.size(); }
    [[nodiscard]] Request::TimePoint queued_at() const { return requests_.front()->queued_at; }

private:
    std::vector<std::unique_ptr<Request>> requests_;
    std::size_t answering_ = 0;  // whose replies are coming
    bool has_failed_ = false;
};

}  // namespace mindspace::postgres
