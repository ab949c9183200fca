#pragma once
// The PostgreSQL client of one core: a few pipelined connections that many requests share. All calls belong to the loop
// of `io`. Faults are exceptions: mindspace::Unavailable (no connection, connection lost, timeout, queue full, server
// overloaded or read-only), ConstraintViolation, DatabaseError (errors.h). A lost request may or may not have been
// executed, and is never resent. Serialization failures and deadlocks are retried three times. A cancelled caller
// returns immediately: its request is not sent any longer, or is executed and its reply dropped. COPY, LISTEN and
// transactions across round trips do not belong here: see session.h and listener.h.

#include "platform/async/task_group.h"
#include "platform/postgres/connection/client_options.h"
#include "platform/postgres/values/rows.h"
#include "platform/postgres/values/statement.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <vector>

namespace mindspace::postgres {

class Reconnector;
class Request;

class Client {
public:
    Client(asio::io_context& io, ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Starts connecting; requests made before a connection is up are rejected.
    void start();
    // Closes all connections; pending requests fail with Unavailable before this returns.
    void stop();
    [[nodiscard]] bool is_up() const;
    // An estimate of how long a request that is submitted now waits in the queue. At least `ahead` other requests are
    // submitted before it: those in the queue, and those that are about to be submitted.
    enum class Use { read, write };
    using TimePoint = std::chrono::steady_clock::time_point;
    [[nodiscard]] TimePoint::duration delay(Use use, std::size_t ahead, TimePoint now) const;
    [[nodiscard]] const ClientStats& stats() const { return *stats_; }

    // Runs one statement as its own transaction. The arguments are encoded before this returns.
    template <class... A>
    Awaitable<Rows> query(const Statement& statement, const A&... arguments) {
        return run(bind(statement, arguments...));
    }
    template <class... A>
    Awaitable<Rows> query(const Statement&&, const A&...) = delete;

    Awaitable<Rows> query(Query query) { return run(std::move(query)); }

    // Runs several statements in one transaction and one round trip: all of them or none.
    Awaitable<std::vector<Rows>> transaction(std::vector<Query> queries);

private:
    Awaitable<Rows> run(Query query);
    void submit(std::unique_ptr<Request> request);
    [[nodiscard]] Reconnector& choose(bool is_read) const;

    asio::io_context& io_;
    ClientOptions options_;
    std::shared_ptr<ClientStats> stats_;
    std::vector<std::shared_ptr<Reconnector>> reconnectors_;
    TaskGroup tasks_;
};

}  // namespace mindspace::postgres
