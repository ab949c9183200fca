#include "platform/postgres/connection/reconnector.h"

#include "platform/base/result.h"
#include "platform/postgres/partitions/citus.h"

#include <libpq-fe.h>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace mindspace::postgres {

namespace {

// A commit takes a few milliseconds.
constexpr auto kSlowUnit = std::chrono::milliseconds(20);
constexpr int kAveragedUnits = 8;  // units

}  // namespace

Reconnector::Reconnector(asio::io_context& io, const ClientOptions& options, std::shared_ptr<ClientStats> stats)
    : io_(io),
      connection_options_{options.conninfo, options.connect_timeout, options.query_timeout, options.pooling},
      stats_(std::move(stats)),
      tasks_(io) {}

void Reconnector::start() {
    tasks_.spawn(maintain_connection(shared_from_this()));
}

void Reconnector::stop() {
    tasks_.cancel();
    lose("stopped");
}

Awaitable<> Reconnector::maintain_connection(std::shared_ptr<Reconnector> self) {
    while (!self->tasks_.is_cancelled()) {
        if (co_await self->connect()) co_await self->serve();
        co_await self->backoff_.pause();
    }
}

Awaitable<bool> Reconnector::connect() {
    auto connection = std::make_shared<Connection>(io_);
    connection_ = connection;
    bool is_cluster = false;
    try {
        co_await connection->connect(connection_options_);
        is_cluster = co_await is_citus(connection, connection_options_.connect_timeout);
    } catch (const Unavailable& unavailable) {
        last_fault_ = unavailable.what();
        co_return false;
    }
    PQenterPipelineMode(connection->native());
    transaction_mode_ = is_cluster ? TransactionMode::begin_and_commit : TransactionMode::sync;
    prepared_ = PreparedStatements(connection_options_.pooling);
    backoff_.reset();
    is_up_ = true;
    stats_->connections_up.add(1);
    if (std::exchange(was_up_, true)) stats_->reconnects.add(1);
    co_return true;
}

Awaitable<> Reconnector::serve() {
    auto connection = connection_;
    while (connection->is_open()) {
        co_await connection->readable();
        if (!connection->is_open()) break;
        if (connection->consume())
            handle_replies();
        else
            lose(connection->last_error());
    }
}

bool Reconnector::keeps_up(Request::TimePoint now) const {
    return queue_.size() < Unit::kMaxRequests &&
           (in_flight_.empty() || now - in_flight_.front().queued_at() < kSlowUnit);
}

std::chrono::steady_clock::duration Reconnector::delay(std::size_t ahead, Request::TimePoint now) const {
    const auto paced = per_request_ * static_cast<std::int64_t>(std::max(ahead, pending_));
    return queue_.empty() ? paced : std::max(paced, now - queue_.front()->queued_at);
}

void Reconnector::submit(std::unique_ptr<Request> request) {
    stats_->in_flight.add(1);
    request->submitted_at = std::chrono::steady_clock::now();
    enqueue(std::move(request));
}

void Reconnector::enqueue(std::unique_ptr<Request> request) {
    request->queued_at = std::chrono::steady_clock::now();
    ++pending_;
    queue_.push_back(std::move(request));
    schedule_sending();
}

void Reconnector::schedule_sending() {
    if (std::exchange(is_sending_scheduled_, true)) return;
    asio::post(io_, [self = shared_from_this()] { self->send_queue(); });
}

// libpq 15 writes to the socket at every Sync (PQsendPipelineSync came with 17), so a unit costs one send(). While the
// socket is corked, units still leave in few packets, which on TCP saves a third of the client's work.
void Reconnector::send_queue() {
    is_sending_scheduled_ = false;
    if (!is_up_) return;
    auto connection = connection_;
    bool is_corked = connection->can_cork() && queue_.size() > 1;
    if (is_corked) connection->cork(true);
    while (is_up_ && !queue_.empty() && in_flight_.empty())  // repeats only if an entire unit was rejected
        if (!send_unit()) lose(connection->last_error());
    if (!is_up_) return;
    if (is_corked) connection->cork(false);
    if (PQflush(connection->native()) == 0 || std::exchange(is_flushing_rest_, true)) return;
    tasks_.spawn(flush_rest(shared_from_this()));
}

// Sends the requests at the front of the queue that form one unit. False: the connection is broken.
bool Reconnector::send_unit() {
    auto connection = connection_;
    Unit unit(transaction_mode_);
    bool is_sent = true;
    while (is_sent && is_up_ && !queue_.empty() && unit.accepts(*queue_.front())) {
        auto request = std::move(queue_.front());
        queue_.pop_front();
        if (!request->is_wanted()) {
            complete(std::move(request));
            continue;
        }
        try {
            is_sent = unit.send(request, connection->native(), prepared_);
        } catch (const std::logic_error&) {  // reported to the caller, which has the bug
            request->abandon(std::current_exception());
            complete(std::move(request));
        }
    }
    if (!unit.has_sent()) return true;
    is_sent = is_sent && connection->is_open() && unit.close(connection->native()) &&
              PQpipelineSync(connection->native()) == 1;
    in_flight_.push_back(std::move(unit));
    sent_at_ = std::chrono::steady_clock::now();
    return is_sent;
}

// If a transaction that was started with BEGIN fails, its Sync does not end it.
void Reconnector::roll_back() {
    auto connection = connection_;
    in_flight_.emplace_back(transaction_mode_);
    if (!Unit::send_rollback(connection->native()) || PQpipelineSync(connection->native()) != 1)
        lose(connection->last_error());
}

// The socket buffer is full: the rest is sent as the server reads. Errors surface in serve().
Awaitable<> Reconnector::flush_rest(std::shared_ptr<Reconnector> self) {
    auto connection = self->connection_;
    while (connection->is_open() && PQflush(connection->native()) == 1) co_await connection->writable();
    self->is_flushing_rest_ = false;
}

void Reconnector::handle_replies() {
    auto connection = connection_;
    // Completing a request resumes its coroutine, which may submit requests or stop the client.
    while (connection->is_open() && !in_flight_.empty() && PQisBusy(connection->native()) == 0) {
        Rows reply(PQgetResult(connection->native()));
        if (reply.native() == nullptr) continue;  // the end of one statement's replies
        switch (PQresultStatus(reply.native())) {
            case PGRES_PIPELINE_SYNC:
                finish_front();
                break;
            case PGRES_COPY_IN:
            case PGRES_COPY_OUT:
            case PGRES_COPY_BOTH:
                return lose("COPY cannot be pipelined");
            default:
                in_flight_.front().handle_reply(std::move(reply), prepared_);
        }
    }
}

// Completing a request resumes its coroutine, which may submit requests or stop the client: queue the retries first.
void Reconnector::finish_front() {
    Unit unit = std::move(in_flight_.front());
    in_flight_.pop_front();
    if (unit.size() > 0) {
        const auto took = (std::chrono::steady_clock::now() - sent_at_) / static_cast<std::int64_t>(unit.size());
        per_request_ += (took - per_request_) / kAveragedUnits;
    }
    if (!queue_.empty()) schedule_sending();
    bool is_rolled_back = unit.has_failed();
    if (PQtransactionStatus(connection_->native()) == PQTRANS_INERROR) roll_back();
    bool is_standby = false;
    auto requests = unit.release();
    for (auto& request : requests) {
        const bool is_wanted = request->is_wanted();
        if (is_wanted && is_rolled_back && !request->has_failed()) {
            request->isolate();
            resend(std::move(request));
        } else if (is_wanted && request->prepare_retry()) {
            resend(std::move(request));
        } else {
            is_standby = is_standby || request->needs_other_server();
        }
    }
    for (auto& request : requests)
        if (request) complete(std::move(request));
    if (is_standby) lose("the server is read-only");
}

void Reconnector::resend(std::unique_ptr<Request> request) {
    --pending_;
    enqueue(std::move(request));
}

void Reconnector::complete(std::unique_ptr<Request> request) {
    --pending_;
    stats_->queries.add(1);
    stats_->in_flight.add(-1);
    stats_->durations.observe(std::chrono::steady_clock::now() - request->submitted_at);
    if (request->has_failed()) stats_->errors.add(1);
    request->finish();
}

void Reconnector::check_deadline(Request::TimePoint now) {
    if (pending_ == 0 || !is_up_) return;
    auto oldest = in_flight_.empty() ? queue_.front()->queued_at : in_flight_.front().queued_at();
    if (now - oldest < connection_options_.query_timeout) return;
    stats_->timeouts.add(1);
    lose("no reply in time");
}

void Reconnector::lose(const std::string& reason) {
    if (connection_) connection_->close();
    if (std::exchange(is_up_, false)) stats_->connections_up.add(-1);
    last_fault_ = "postgres: connection lost: " + reason;
    std::vector<std::unique_ptr<Request>> lost;
    for (auto& unit : std::exchange(in_flight_, {}))
        for (auto& request : unit.release()) lost.push_back(std::move(request));
    for (auto& request : std::exchange(queue_, {})) lost.push_back(std::move(request));
    auto fault = std::make_exception_ptr(Unavailable(last_fault_));
    for (auto& request : lost) {
        request->abandon(fault);
        complete(std::move(request));
    }
}

}  // namespace mindspace::postgres
