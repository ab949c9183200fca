#include "platform/postgres/connection/client.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/postgres/connection/reconnector.h"
#include "platform/postgres/trace/request_span.h"
#include "platform/telemetry/metrics/page.h"
#include "platform/telemetry/metrics/sum.h"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <limits>

namespace mindspace::postgres {

namespace {

using Reconnectors = std::vector<std::shared_ptr<Reconnector>>;

// Deadlines are accurate to a tenth of the timeout.
constexpr int kChecksPerTimeout = 10;

// Shares ownership of what it uses: it may end later than the client.
Awaitable<> watch_deadlines(Reconnectors reconnectors, Milliseconds period) {
    while (true) {
        co_await sleep_for(period);
        auto now = std::chrono::steady_clock::now();
        for (auto& reconnector : reconnectors) reconnector->check_deadline(now);
    }
}

}  // namespace

Client::Client(asio::io_context& io, ClientOptions options)
    : io_(io), options_(std::move(options)), stats_(std::make_shared<ClientStats>()), tasks_(io) {
    stats_->connections_wanted.set(options_.connections);
    for (int i = 0; i < options_.connections; ++i)
        reconnectors_.push_back(std::make_shared<Reconnector>(io_, options_, stats_));
}

Client::~Client() {
    stop();
}

void Client::start() {
    for (auto& reconnector : reconnectors_) reconnector->start();
    tasks_.spawn(watch_deadlines(reconnectors_, options_.query_timeout / kChecksPerTimeout));
}

void Client::stop() {
    for (auto& reconnector : reconnectors_) reconnector->stop();
    tasks_.cancel();
}

bool Client::is_up() const {
    return std::ranges::any_of(reconnectors_, [](const auto& reconnector) { return reconnector->is_up(); });
}

Awaitable<Rows> Client::run(Query query) {
    auto initiate = [this](auto handler, Queries queries) {
        RequestSpan span(asio::get_associated_executor(handler), queries);
        auto request = std::make_unique<Request>(std::move(queries));
        make_cancellable(handler, io_, request->done());
        request->done() = [handler = std::move(handler), span = std::move(span)](std::exception_ptr fault,
                                                                                 Results results) mutable {
            span.end(fault, results);
            std::move(handler)(fault, fault ? Rows() : std::move(results.front()));
        };
        submit(std::move(request));
    };
    Queries queries;
    queries.push_back(std::move(query));
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Rows)>(
        initiate, asio::use_awaitable, std::move(queries));
}

Awaitable<std::vector<Rows>> Client::transaction(std::vector<Query> queries) {
    auto initiate = [this](auto handler, Queries unit) {
        RequestSpan span(asio::get_associated_executor(handler), unit);
        auto request = std::make_unique<Request>(std::move(unit));
        make_cancellable(handler, io_, request->done());
        request->done() = [handler = std::move(handler), span = std::move(span)](std::exception_ptr fault,
                                                                                 Results results) mutable {
            span.end(fault, results);
            std::vector<Rows> rows(std::make_move_iterator(results.begin()), std::make_move_iterator(results.end()));
            std::move(handler)(fault, std::move(rows));
        };
        submit(std::move(request));
    };
    Queries unit(std::make_move_iterator(queries.begin()), std::make_move_iterator(queries.end()));
    return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, std::vector<Rows>)>(
        initiate, asio::use_awaitable, std::move(unit));
}

// Half of the connections are for writes: a read never waits for the commit of a write.
Reconnector& Client::choose(bool is_read) const {
    auto first_write = reconnectors_.begin() + static_cast<std::ptrdiff_t>(reconnectors_.size() / 2);
    auto choice = is_read ? std::ranges::subrange(reconnectors_.begin(), first_write)
                          : std::ranges::subrange(first_write, reconnectors_.end());
    if (choice.empty() || std::ranges::none_of(choice, [](const auto& reconnector) { return reconnector->is_up(); }))
        choice = std::ranges::subrange(reconnectors_.begin(), reconnectors_.end());
    if (!is_read) {
        auto now = std::chrono::steady_clock::now();
        auto keeps_up = std::ranges::find_if(
            choice, [&](const auto& reconnector) { return reconnector->is_up() && reconnector->keeps_up(now); });
        if (keeps_up != choice.end()) return **keeps_up;
    }
    return **std::ranges::min_element(choice, {}, [](const auto& reconnector) {
        return reconnector->is_up() ? reconnector->pending() : std::numeric_limits<std::size_t>::max();
    });
}

Client::TimePoint::duration Client::delay(Use use, std::size_t ahead, TimePoint now) const {
    const auto readers = reconnectors_.size() / 2;
    const auto shared_by = use == Use::read ? std::max<std::size_t>(readers, 1) : reconnectors_.size() - readers;
    return choose(use == Use::read).delay(ahead / shared_by, now);
}

void Client::submit(std::unique_ptr<Request> request) {
    auto& chosen = choose(request->is_read());
    if (chosen.is_up() && chosen.pending() < options_.max_pending) return chosen.submit(std::move(request));
    request->abandon(std::make_exception_ptr(
        Unavailable(chosen.is_up() ? "postgres: too many requests are waiting" : chosen.last_fault())));
    // Not from within the call that starts the request: its coroutine is not suspended yet.
    asio::post(io_, [request = std::move(request)] { request->finish(); });
}

void collect(const std::string& client, const std::vector<const ClientStats*>& cores, telemetry::Page& page) {
    const telemetry::Labels labels{{"client", client}};
    const auto add = [&](auto member) {
        return telemetry::sum(cores, [&](const auto& core) { return (core.*member).value(); });
    };
    const auto gauge = [&](auto member) { return static_cast<std::int64_t>(add(member)); };
    telemetry::HistogramSum durations;
    for (const auto* core : cores) durations += core->durations;
    page.counter("mindspace_postgres_queries", "Requests to PostgreSQL, completed or failed.",
                 add(&ClientStats::queries), labels);
    page.counter("mindspace_postgres_errors", "Requests to PostgreSQL that failed.", add(&ClientStats::errors), labels);
    page.counter("mindspace_postgres_timeouts", "Connections closed because PostgreSQL did not reply in time.",
                 add(&ClientStats::timeouts), labels);
    page.counter("mindspace_postgres_reconnects", "Reconnections to PostgreSQL.", add(&ClientStats::reconnects),
                 labels);
    page.gauge("mindspace_postgres_in_flight", "Requests that PostgreSQL has not completed yet, queued ones included.",
               gauge(&ClientStats::in_flight), labels);
    page.gauge("mindspace_postgres_connections", "Connections to PostgreSQL that are up.",
               gauge(&ClientStats::connections_up), labels);
    page.gauge("mindspace_postgres_connections_wanted", "Connections to PostgreSQL that are configured, on all cores.",
               gauge(&ClientStats::connections_wanted), labels);
    page.histogram("mindspace_postgres_query_duration_seconds",
                   "Time from the submission of a request to PostgreSQL to its end, its wait in the queue included.",
                   durations, labels);
}

}  // namespace mindspace::postgres
