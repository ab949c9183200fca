#include "platform/postgres/connection/session.h"

#include "platform/base/result.h"
#include "platform/postgres/values/errors.h"

#include <libpq-fe.h>

namespace mindspace::postgres {

namespace {

constexpr Statement kTryAdvisoryLock{"session_try_advisory_lock", "select pg_try_advisory_lock($1)"};

// Holds the session for one call and applies the call's deadline to its link. If the call is cancelled before its
// complete reply has arrived, the connection is closed.
class CallGuard {
public:
    CallGuard(bool& is_busy, Link* link, Milliseconds timeout) : is_busy_(is_busy), link_(link) {
        if (is_busy) throw std::logic_error("postgres: a session does one thing at a time");
        if (link == nullptr || !link->is_open()) throw Unavailable("postgres: the session is not connected");
        is_busy = true;
        link->close_at(std::chrono::steady_clock::now() + timeout);
    }
    ~CallGuard() {
        is_busy_ = false;
        if (PQtransactionStatus(link_->native()) == PQTRANS_ACTIVE)
            link_->close();
        else if (link_->is_open())
            link_->keep_open();
    }
    CallGuard(const CallGuard&) = delete;
    CallGuard& operator=(const CallGuard&) = delete;

private:
    bool& is_busy_;
    Link* link_;
};

[[noreturn]] void throw_lost(Link& link) {
    std::string reason = link.is_open() ? link.last_error() : "closed, or no reply in time";
    link.close();
    throw Unavailable("postgres: session lost: " + reason);
}

void require(bool is_sent, Link& link) {
    if (!is_sent) throw_lost(link);
}

}  // namespace

Session::Session(asio::io_context& io, SessionOptions options) : io_(io), options_(std::move(options)) {}

Session::~Session() {
    close();
}

Awaitable<> Session::connect() {
    close();
    auto link = std::make_shared<Link>(io_);
    link_ = link;
    prepared_ = PreparedStatements();
    co_await link->connect(options_);
}

void Session::close() {
    if (link_) link_->close();
}

bool Session::is_open() const {
    return link_ && link_->is_open();
}

Awaitable<Rows> Session::run(Query query) {
    auto link = link_;
    CallGuard guard(is_busy_, link.get(), options_.query_timeout);
    if (!prepared_.contains(query)) {
        require(send_prepare(link->native(), query), *link);
        co_await receive(link);
        prepared_.add(query);
    }
    require(send_execute(link->native(), query), *link);
    co_return co_await receive(link);
}

Awaitable<> Session::execute(std::string sql) {
    auto link = link_;
    CallGuard guard(is_busy_, link.get(), options_.query_timeout);
    require(PQsendQuery(link->native(), sql.c_str()) == 1, *link);
    co_await receive(link);
}

Awaitable<bool> Session::try_advisory_lock(std::int64_t key) {
    Rows rows = co_await query(kTryAdvisoryLock, key);
    co_return rows[0].get<bool>(0);
}

Awaitable<Rows> Session::receive(std::shared_ptr<Link> link) {
    while (int unsent = PQflush(link->native())) {
        require(unsent == 1, *link);
        co_await link->writable();
        require(link->is_open(), *link);
    }
    Rows last;
    std::exception_ptr fault;
    for (;;) {
        while (PQisBusy(link->native()) == 1) {
            co_await link->readable();
            require(link->is_open() && link->consume(), *link);
        }
        Rows rows(PQgetResult(link->native()));
        if (rows.native() == nullptr) break;
        auto status = PQresultStatus(rows.native());
        if (status == PGRES_FATAL_ERROR) {
            fault = make_fault(rows.native());
        } else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) {
            link->close();
            throw std::logic_error("postgres: COPY is not spoken here");
        }
        last = std::move(rows);
    }
    if (PQstatus(link->native()) == CONNECTION_BAD) link->close();
    if (fault) std::rethrow_exception(fault);
    co_return last;
}

}  // namespace mindspace::postgres
