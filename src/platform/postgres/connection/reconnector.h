#pragma once
// Maintains one pipelined connection for a Client. One unit is in flight at a time; requests that arrive in the
// meantime are sent together after its reply: the higher the load, the more requests share a round trip and, for
// writes, a commit. An error ends its own request only. When the connection is lost, all pending requests fail
// immediately and nothing is resent; the next connection is opened automatically, with jittered backoff. Belongs to the
// Client's loop; its own coroutine keeps it alive until stopped.

#include "platform/async/backoff.h"
#include "platform/async/task_group.h"
#include "platform/postgres/connection/client_options.h"
#include "platform/postgres/connection/connection.h"
#include "platform/postgres/connection/unit.h"

#include <deque>
#include <memory>
#include <string>

namespace mindspace::postgres {

class Reconnector : public std::enable_shared_from_this<Reconnector> {
public:
    Reconnector(asio::io_context& io, const ClientOptions& options, std::shared_ptr<ClientStats> stats);

    void start();
    void stop();

    [[nodiscard]] bool is_up() const { return is_up_; }
    // Why the connection is not up, or last was not.
    [[nodiscard]] const std::string& last_fault() const { return last_fault_; }
    // Requests that have not ended.
    [[nodiscard]] std::size_t pending() const { return pending_; }

    // Whether a request that is submitted now is sent with the next unit, and the unit in flight is not slow. As long
    // as this is true, writes gather here: writes in one unit share a commit.
    [[nodiscard]] bool keeps_up(Request::TimePoint now) const;

    // How long a request that is submitted now waits: as long as the requests before it, at least `ahead`, take at the
    // recent pace, or as long as the first of them has already waited.
    [[nodiscard]] std::chrono::steady_clock::duration delay(std::size_t ahead, Request::TimePoint now) const;

    // Only while is_up(). All requests submitted in one loop iteration are sent together at its end.
    void submit(std::unique_ptr<Request> request);
    // Closes the connection if its oldest request has waited longer than the query timeout.
    void check_deadline(Request::TimePoint now);

private:
    using RequestQueue = std::deque<std::unique_ptr<Request>>;

    static Awaitable<> maintain_connection(std::shared_ptr<Reconnector> self);
    static Awaitable<> flush_rest(std::shared_ptr<Reconnector> self);
    Awaitable<bool> connect();
    Awaitable<> serve();

    void enqueue(std::unique_ptr<Request> request);
    void schedule_sending();
    void send_queue();
    bool send_unit();
    void roll_back();
    void handle_replies();
    void finish_front();
    void resend(std::unique_ptr<Request> request);
    void complete(std::unique_ptr<Request> request);
    void lose(const std::string& reason);

    asio::io_context& io_;
    ConnectionOptions connection_options_;
    std::shared_ptr<ClientStats> stats_;
    std::shared_ptr<Connection> connection_;
    Backoff backoff_;
    TaskGroup tasks_;
    TransactionMode transaction_mode_ = TransactionMode::sync;
    PreparedStatements prepared_;
    RequestQueue queue_;          // not yet passed to libpq
    std::deque<Unit> in_flight_;  // passed to libpq, oldest first
    std::size_t pending_ = 0;
    Request::TimePoint sent_at_{};                       // of the unit in flight
    std::chrono::steady_clock::duration per_request_{};  // average of recent units
    std::string last_fault_ = "postgres: not connected yet";
    bool was_up_ = false;
    bool is_up_ = false;
    bool is_sending_scheduled_ = false;
    bool is_flushing_rest_ = false;
};

}  // namespace mindspace::postgres
