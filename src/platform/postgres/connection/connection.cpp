#include "platform/postgres/connection/connection.h"

#include "platform/base/result.h"
#include "platform/base/version.h"
#include "platform/postgres/connection/connection_string.h"

#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <new>

namespace mindspace::postgres {

namespace {

using Socket = asio::posix::stream_descriptor;

constexpr const char* kAbandoned = "postgres: connecting took too long or was abandoned";

// Session settings are sent in the startup packet: no extra round trip.
std::string session_options(const ConnectionOptions& options) {
    if (options.pooling == Pooling::transaction) return value_of(options.conninfo, "options");
    auto limit = options.query_timeout.count();
    return value_of(options.conninfo, "options") +
           " -c TimeZone=UTC -c statement_timeout=" + std::to_string(limit - limit / 10) +
           " -c idle_in_transaction_session_timeout=" + std::to_string(limit);
}

PGconn* start_connecting(const ConnectionOptions& options, const HostList& hosts) {
    std::string session = session_options(options);
    const auto application = "mindspace/" + std::string(mindspace::kVersion);
    // Keywords before dbname are defaults that the connection string may override; keywords after it cannot be
    // overridden. The keepalives detect a dead peer within 25 s where nothing else would: a listener only waits. An
    // empty value leaves the value of the connection string unchanged.
    constexpr std::array keywords{"application_name",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "dbname",
                                  "host",
                                  "hostaddr",
                                  "port",
                                  "options",
                                  "client_encoding",
                                  static_cast<const char*>(nullptr)};
    std::array values{application.c_str(),
                      "10",
                      "5",
                      "3",
                      options.conninfo.c_str(),
                      hosts.host.c_str(),
                      hosts.hostaddr.c_str(),
                      hosts.port.c_str(),
                      session.c_str(),
                      "UTF8",
                      static_cast<const char*>(nullptr)};
    constexpr int kExpandDbname = 1;
    return PQconnectStartParams(keywords.data(), values.data(), kExpandDbname);
}

bool is_tcp(int socket) {
    int domain = 0;
    socklen_t length = sizeof domain;
    getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length);
    return domain == AF_INET || domain == AF_INET6;
}

}  // namespace

Connection::Connection(asio::io_context& io) : io_(io), socket_(io), deadline_(io) {}

Connection::~Connection() {
    close();
}

Awaitable<> Connection::connect(ConnectionOptions options) {
    const auto deadline = std::chrono::steady_clock::now() + options.connect_timeout;
    const auto hosts = co_await resolve_hosts(io_, options.conninfo, deadline);
    if (is_closed_) throw Unavailable(kAbandoned);
    native_ = start_connecting(options, hosts);
    if (native_ == nullptr) throw std::bad_alloc();
    // By default notices go to stderr, which this program does not write to.
    PQsetNoticeReceiver(native_, [](void*, const PGresult*) {}, nullptr);
    close_at(deadline);
    auto next = PQstatus(native_) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (next != PGRES_POLLING_OK) {
        if (next == PGRES_POLLING_FAILED) {
            std::string reason = last_error();
            close();
            throw Unavailable("postgres: cannot connect: " + reason);
        }
        // libpq may close the socket and open another with the same number: watch it for one step only.
        watch_socket();
        co_await wait(next == PGRES_POLLING_READING ? Socket::wait_read : Socket::wait_write);
        unwatch_socket();
        if (!is_open()) throw Unavailable(kAbandoned);
        next = PQconnectPoll(native_);
    }
    cancel_deadline();
    PQsetnonblocking(native_, 1);
    watch_socket();
    is_tcp_ = is_tcp(PQsocket(native_));
}

void Connection::close() {
    is_closed_ = true;
    cancel_deadline();
    unwatch_socket();
    PQfinish(std::exchange(native_, nullptr));
}

Awaitable<> Connection::readable() {
    return wait(Socket::wait_read);
}

Awaitable<> Connection::writable() {
    return wait(Socket::wait_write);
}

Awaitable<> Connection::wait(Socket::wait_type what) {
    // The only possible error is a closed socket, which is_open() reports.
    boost::system::error_code ignored;
    co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, ignored));
}

bool Connection::consume() {
    if (PQconsumeInput(native_) == 0) return false;
    // Data that OpenSSL has already decrypted does not make the socket readable again. The server's own records are too
    // small for that to happen, a TLS proxy's are not.
    auto* tls = static_cast<SSL*>(PQsslStruct(native_, "OpenSSL"));
    while (tls != nullptr && SSL_pending(tls) > 0)
        if (PQconsumeInput(native_) == 0) return false;
    return true;
}

void Connection::close_at(TimePoint deadline) {
    deadline_.expires_at(deadline);
    deadline_.async_wait([weak = weak_from_this()](boost::system::error_code cancelled) {
        auto self = weak.lock();
        // A wait that has already ended cannot be cancelled: check whether the deadline has been moved.
        if (cancelled || !self || self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
        self->close();
    });
}

void Connection::cancel_deadline() {
    deadline_.expires_at(TimePoint::max());
}

std::string Connection::last_error() const {
    std::string text = PQerrorMessage(native_);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return text;
}

void Connection::cork(bool corked) {
    int value = corked ? 1 : 0;
    setsockopt(PQsocket(native_), IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

void Connection::watch_socket() {
    socket_.assign(PQsocket(native_));
}

void Connection::unwatch_socket() {
    if (socket_.is_open()) socket_.release();
}

}  // namespace mindspace::postgres
