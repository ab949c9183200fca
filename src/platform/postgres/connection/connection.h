#pragma once
// One pipelined connection of a Client. One unit is under way at a time; what is asked for meanwhile is sent together
// as soon as it is answered: the more there is to do, the more requests share a round trip and, of writes, a commit. An
// error ends its own request only. When the connection is lost all its requests fail at once and nothing is sent again;
// it comes back by itself, with jittered backoff. Belongs to the Client's loop; kept alive
// by its own coroutine until stopped.

#include "platform/async/backoff.h"
#include "platform/async/task_group.h"
#include "platform/postgres/connection/client_options.h"
#include "platform/postgres/connection/link.h"
#include "platform/postgres/connection/unit.h"

#include <deque>
#include <memory>
#include <string>

namespace mindspace::postgres {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& io, const ClientOptions& options, std::shared_ptr<ClientStats> stats);

    void start();
    void stop();

    [[nodiscard]] bool is_up() const { return is_up_; }
    // Why it is, or last was, not up.
    [[nodiscard]] const std::string& last_failure() const { return last_failure_; }
    // Requests that have not ended.
    [[nodiscard]] std::size_t pending() const { return pending_; }

    // Whether what is submitted now goes out with the next unit, and the one under way is no slow one. While it does,
    // writes gather here: those that share a unit share a commit.
    [[nodiscard]] bool keeps_up(Request::TimePoint now) const;

    // How long what is submitted now waits: as long as the requests before it, `ahead` at least, take at the pace of
    // late, or as the first of them has waited already.
    [[nodiscard]] std::chrono::steady_clock::duration delay(std::size_t ahead, Request::TimePoint now) const;

    // Only while is_up(). Everything submitted in one turn of the loop is sent together at its end.
    void submit(std::unique_ptr<Request> request);
    // Gives the connection up if its oldest request has waited longer than the query timeout.
    void check_deadline(Request::TimePoint now);

private:
    using RequestQueue = std::deque<std::unique_ptr<Request>>;

    static Awaitable<> run(std::shared_ptr<Connection> self);
    static Awaitable<> flush_rest(std::shared_ptr<Connection> self);
    Awaitable<bool> connect();
    Awaitable<> serve();

    void enqueue(std::unique_ptr<Request> request);
    void schedule_sending();
    void send_queue();
    bool send_unit();
    void roll_back();
    void take_replies();
    void finish_front();
    void resend(std::unique_ptr<Request> request);
    void complete(std::unique_ptr<Request> request);
    void lose(const std::string& reason);

    asio::io_context& io_;
    LinkOptions link_options_;
    std::shared_ptr<ClientStats> stats_;
    std::shared_ptr<Link> link_;
    Backoff backoff_;
    TaskGroup tasks_;
    Boundary boundary_ = Boundary::sync;
    PreparedStatements prepared_;
    RequestQueue queue_;          // not yet given to libpq
    std::deque<Unit> in_flight_;  // given to libpq, oldest first
    std::size_t pending_ = 0;
    Request::TimePoint sent_at_{};                       // the unit under way
    std::chrono::steady_clock::duration per_request_{};  // that units of late have taken, on average
    std::string last_failure_ = "postgres: not connected yet";
    bool was_up_ = false;
    bool is_up_ = false;
    bool is_sending_scheduled_ = false;
    bool is_flushing_rest_ = false;
};

}  // namespace mindspace::postgres
