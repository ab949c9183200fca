#pragma once
// One dedicated connection, one statement at a time: for leader locks, interactive transactions, scripts, migrations.
// Faults are the Client's exceptions, but nothing is retried and a lost connection stays lost: its locks and its
// transaction are lost with it, so its owner must decide. A cancelled call closes it. Belongs to one loop; a second
// call while one runs is a std::logic_error.

#include "platform/async/awaitable.h"
#include "platform/postgres/connection/connection.h"
#include "platform/postgres/connection/prepared_statements.h"
#include "platform/postgres/values/rows.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace mindspace::postgres {

// query_timeout limits each call; when it expires, the connection is closed.
using SessionOptions = ConnectionOptions;

class Session {
public:
    Session(asio::io_context& io, SessionOptions options);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Called first, and again after a loss. Throws Unavailable.
    Awaitable<> connect();
    void close();
    // False once a call has found the connection lost; an idle session does not notice.
    [[nodiscard]] bool is_open() const;

    template <class... A>
    Awaitable<Rows> query(const Statement& statement, const A&... arguments) {
        return run(bind(statement, arguments...));
    }
    template <class... A>
    Awaitable<Rows> query(const Statement&&, const A&...) = delete;

    // Runs a script of any number of statements (no parameters, no rows); without BEGIN it is one transaction.
    Awaitable<> execute(std::string sql);

    // Takes the session's advisory lock if it is free. It lasts until the connection ends.
    Awaitable<bool> try_advisory_lock(std::int64_t key);

private:
    Awaitable<Rows> run(Query query);
    // Sends what libpq holds and waits for the complete reply; returns the last statement's rows.
    Awaitable<Rows> receive(std::shared_ptr<Connection> connection);

    asio::io_context& io_;
    SessionOptions options_;
    std::shared_ptr<Connection> connection_;
    PreparedStatements prepared_;
    bool is_busy_ = false;
};

}  // namespace mindspace::postgres
