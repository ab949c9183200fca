#pragma once
// The request of one caller: one or more statements that belong together. Knows how to send itself and how to interpret
// each reply; knows nothing about sockets, queues or time limits. Created by Client, held by a Reconnector within a
// Unit (unit.h).

#include "platform/async/cancellation.h"
#include "platform/postgres/connection/prepared_statements.h"
#include "platform/postgres/values/rows.h"

#include <chrono>
#include <exception>
#include <functional>

namespace mindspace::postgres {

using Queries = boost::container::small_vector<Query, 1>;
using Results = boost::container::small_vector<Rows, 1>;  // one Rows per Query, in order

class Request {
public:
    // Called exactly once, on the loop: with a fault and no results, or with no fault and the results.
    using Done = ResumeWith<Results>;
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit Request(Queries queries) : queries_(std::move(queries)) {}

    // Must be called before the request is submitted.
    Done& done() { return done_; }
    // False: its caller was cancelled and has been notified. PostgreSQL still replies to what was sent.
    [[nodiscard]] bool is_wanted() const { return static_cast<bool>(done_); }

    // Passes the statements to libpq, preparations first. False: the connection is broken. Throws std::logic_error,
    // with nothing sent, if a statement is used with other argument types than before.
    bool send(pg_conn* connection, PreparedStatements& prepared);
    // Handles one reply other than the Sync's.
    void handle_reply(Rows reply, PreparedStatements& prepared);
    // True when every statement has received its reply.
    [[nodiscard]] bool has_all_replies() const { return replies_ == preparing_.size() + queries_.size(); }
    // Called after the Sync's reply: true if the failure is worth a retry, for which the request is then ready.
    bool prepare_retry();
    // Its unit was rolled back because of another request: prepares it to be resent in its own unit.
    void isolate();

    // True if it only reads, so that no request waits for its commit.
    [[nodiscard]] bool is_read() const;
    // True if it must have its own unit.
    [[nodiscard]] bool is_isolated() const { return is_isolated_; }

    // It will get no reply, for this reason.
    void abandon(std::exception_ptr fault) { fault_ = std::move(fault); }
    // Notifies the caller of the result.
    void finish() {
        if (is_wanted()) done_(fault_, fault_ ? Results() : std::move(results_));
    }

    [[nodiscard]] bool has_failed() const { return fault_ != nullptr; }
    // The server is a standby: see is_wrong_server().
    [[nodiscard]] bool needs_other_server() const { return needs_other_server_; }

    // When it was submitted, and when it joined its current queue, which is later for a retry; set by the Reconnector.
    TimePoint submitted_at{};
    TimePoint queued_at{};

private:
    static constexpr int kAttempts = 4;

    bool send_unprepared(pg_conn* connection);
    void clear_replies();

    Queries queries_;
    Done done_;
    boost::container::small_vector<const Statement*, 1> preparing_;
    std::size_t replies_ = 0;
    Results results_;
    std::exception_ptr fault_;
    bool may_retry_ = false;
    bool needs_other_server_ = false;
    bool is_isolated_ = false;
    int attempts_ = 0;
};

}  // namespace mindspace::postgres
