#pragma once
// What one caller asked for: some statements that belong together. Knows how to send itself and what each reply means;
// knows nothing of sockets, queues or time limits. Made by Client, held by a Connection within a Unit (unit.h).

#include "platform/async/cancellation.h"
#include "platform/postgres/connection/prepared_statements.h"
#include "platform/postgres/values/rows.h"

#include <chrono>
#include <exception>
#include <functional>

namespace mindspace::postgres {

using Queries = boost::container::small_vector<Query, 1>;
using Results = boost::container::small_vector<Rows, 1>;  // one Rows a Query, in order

class Request {
public:
    // Called exactly once, on the loop: with a fault and nothing, or with no fault and the results.
    using Done = ResumeWith<Results>;
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit Request(Queries queries) : queries_(std::move(queries)) {}

    // Before it is submitted.
    Done& done() { return done_; }
    // False: its caller was cancelled, and has been told. What was sent is answered all the same.
    [[nodiscard]] bool is_wanted() const { return static_cast<bool>(done_); }

    // Hands the statements to libpq, preparations first. False: the connection is broken. Throws std::logic_error, with
    // nothing sent, when a statement is used with other argument types than before.
    bool send(pg_conn* connection, PreparedStatements& prepared);
    // One reply, the Sync's excepted.
    void take(Rows reply, PreparedStatements& prepared);
    // True when every statement has had its reply.
    [[nodiscard]] bool is_answered() const { return replies_ == preparing_.size() + queries_.size(); }
    // After the Sync's reply: true when the failure is worth another attempt, for which it is now ready.
    bool try_again();
    // Its unit was undone because of another request: makes it ready to be sent again, by itself.
    void isolate();

    // True when it only reads, so that nobody waits for its commit.
    [[nodiscard]] bool is_read() const;
    // True when it must have a unit of its own.
    [[nodiscard]] bool is_isolated() const { return is_isolated_; }

    // It will not be answered, for this reason.
    void abandon(std::exception_ptr fault) { fault_ = std::move(fault); }
    // Tells the caller how it ended.
    void finish() {
        if (is_wanted()) done_(fault_, fault_ ? Results() : std::move(results_));
    }

    [[nodiscard]] bool has_failed() const { return fault_ != nullptr; }
    // The server is a standby: see is_wrong_server().
    [[nodiscard]] bool needs_other_server() const { return needs_other_server_; }

    // When it joined the queue that it is in; kept by the Connection.
    TimePoint queued_at{};

private:
    static constexpr int kAttempts = 4;

    bool send_unprepared(pg_conn* connection);
    void forget_replies();

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
