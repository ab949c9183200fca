#include "platform/postgres/connection/session.h"

#include "platform/base/result.h"
#include "platform/postgres/values/errors.h"

#include <libpq-fe.h>

namespace mindspace::postgres {

namespace {

constexpr Statement kTryAdvisoryLock{"session_try_advisory_lock", "select pg_try_advisory_lock($1)"};

// Holds the session for one call and applies the call's deadline to its connection. If the call is cancelled before its
// complete reply has arrived, the connection is closed.
class CallGuard {
public:
    CallGuard(bool& is_busy, Connection* connection, Milliseconds timeout)
        : is_busy_(is_busy), connection_(connection) {
        if (is_busy) throw std::logic_error("postgres: a session does one thing at a time");
        if (connection == nullptr || !connection->is_open())
            throw Unavailable("postgres: the session is not connected");
        is_busy = true;
        connection->close_at(std::chrono::steady_clock::now() + timeout);
    }
    ~CallGuard() {
        is_busy_ = false;
        if (PQtransactionStatus(connection_->native()) == PQTRANS_ACTIVE)
            connection_->close();
        else if (connection_->is_open())
            connection_->cancel_deadline();
    }
    CallGuard(const CallGuard&) = delete;
    CallGuard& operator=(const CallGuard&) = delete;

private:
    bool& is_busy_;
    Connection* connection_;
};

[[noreturn]] void throw_lost(Connection& connection) {
    std::string reason = connection.is_open() ? connection.last_error() : "closed, or no reply in time";
    connection.close();
    throw Unavailable("postgres: session lost: " + reason);
}

void require(bool is_sent, Connection& connection) {
    if (!is_sent) throw_lost(connection);
}

}  // namespace

Session::Session(asio::io_context& io, SessionOptions options) : io_(io), options_(std::move(options)) {}

Session::~Session() {
    close();
}

Awaitable<> Session::connect() {
    close();
    auto connection = std::make_shared<Connection>(io_);
    connection_ = connection;
    prepared_ = PreparedStatements();
    co_await connection->connect(options_);
}

void Session::close() {
    if (connection_) connection_->close();
}

bool Session::is_open() const {
    return connection_ && connection_->is_open();
}

Awaitable<Rows> Session::run(Query query) {
    auto connection = connection_;
    CallGuard guard(is_busy_, connection.get(), options_.query_timeout);
    if (!prepared_.contains(query)) {
        require(send_prepare(connection->native(), query), *connection);
        co_await receive(connection);
        prepared_.add(query);
    }
    require(send_execute(connection->native(), query), *connection);
    co_return co_await receive(connection);
}

Awaitable<> Session::execute(std::string sql) {
    auto connection = connection_;
    CallGuard guard(is_busy_, connection.get(), options_.query_timeout);
    require(PQsendQuery(connection->native(), sql.c_str()) == 1, *connection);
    co_await receive(connection);
}

Awaitable<bool> Session::try_advisory_lock(std::int64_t key) {
    Rows rows = co_await query(kTryAdvisoryLock, key);
    co_return rows[0].get<bool>(0);
}

Awaitable<Rows> Session::receive(std::shared_ptr<Connection> connection) {
    while (int unsent = PQflush(connection->native())) {
        require(unsent == 1, *connection);
        co_await connection->writable();
        require(connection->is_open(), *connection);
    }
    Rows last;
    std::exception_ptr fault;
    for (;;) {
        while (PQisBusy(connection->native()) == 1) {
            co_await connection->readable();
            require(connection->is_open() && connection->consume(), *connection);
        }
        Rows rows(PQgetResult(connection->native()));
        if (rows.native() == nullptr) break;
        auto status = PQresultStatus(rows.native());
        if (status == PGRES_FATAL_ERROR) {
            fault = make_fault(rows.native());
        } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
            connection->close();
            throw std::logic_error("postgres: COPY is not spoken here");
        }
        last = std::move(rows);
    }
    if (PQstatus(connection->native()) == CONNECTION_BAD) connection->close();
    if (fault) std::rethrow_exception(fault);
    co_return last;
}

}  // namespace mindspace::postgres
