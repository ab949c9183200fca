#include "platform/events/outbox/reader.h"

#include "platform/base/result.h"
#include "platform/postgres/connection/session.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace mindspace::events {

using postgres::Statement;

namespace {

constexpr const char* kBell = "outbox";  // the channel
// Pauses grow from kMinPause to kMaxPause: events that a running transaction hides arrive without a wake-up.
constexpr Milliseconds kMinPause{5};
constexpr Milliseconds kMaxPause{500};
constexpr Milliseconds kSleep{40};  // from this pause on writers must wake the reader
constexpr auto kMeasureInterval = std::chrono::seconds(5);
constexpr std::int64_t kMaxDepth = 100'000;

}  // namespace

OutboxReader::OutboxReader(asio::io_context& io, OutboxOptions options)
    : name_(std::move(options.name)),
      wakeup_(
          io, std::move(options.conninfo), kBell, [this](const std::string&) { wake(); }, [this] { wake(); }),
      timer_(io),
      pause_(kMinPause) {}

OutboxReader::~OutboxReader() {
    stop();
}

Awaitable<> OutboxReader::begin(postgres::Session& session) {
    if (!std::exchange(is_listening_, true) && !is_stopped_) wakeup_.start();
    co_await find_position(session);
    pause_ = kMinPause;
    stats_.is_leader.set(1);
}

Awaitable<std::vector<Event>> OutboxReader::next(postgres::Session& session, std::int64_t limit) {
    if (std::chrono::steady_clock::now() - measured_at_ >= kMeasureInterval) co_await measure(session);
    is_woken_ = false;
    auto events = co_await list(session, limit);
    if (events.empty() && pause_ >= kSleep) {
        co_await prepare_wakeup(session);
        events = co_await list(session, limit);  // finds events from before the wake-up was prepared
    }
    if (!events.empty()) {
        pause_ = kMinPause;
        co_return events;
    }
    auto pause = pause_;
    pause_ = std::min(2 * pause_, kMaxPause);
    if (!is_woken_) co_await wait(pause);
    if (is_woken_) pause_ = kMinPause;
    co_return events;
}

Awaitable<> OutboxReader::move_to(postgres::Session& session, Position to) {
    static constexpr Statement kMove{"events_move_position", R"(
        UPDATE consumer_positions SET xid = $4::text::xid8, id = $5
        WHERE consumer = $1 AND xid = $2::text::xid8 AND id = $3)"};
    auto rows = co_await session.query(kMove, name_, position_.xid, position_.id, to.xid, to.id);
    if (rows.affected() != 1) throw Unavailable("events: another reader has moved the position");
}

void OutboxReader::stop() {
    is_stopped_ = true;
    wakeup_.stop();
    wake();
}

Awaitable<> OutboxReader::find_position(postgres::Session& session) {
    // The update changes nothing; it makes PostgreSQL return an existing row.
    static constexpr Statement kFind{"events_find_position", R"(
        INSERT INTO consumer_positions AS known (consumer, xid, id) VALUES ($1, '0', 0)
        ON CONFLICT (consumer) DO UPDATE SET id = known.id
        RETURNING xid::text, id)"};
    auto rows = co_await session.query(kFind, name_);
    position_ = {.xid = rows[0].get<std::string>(0), .id = rows[0].get<std::int64_t>(1)};
}

// Events of transactions younger than the oldest running one have to wait: that one may still commit events that
// precede them. (ORDER BY names the table because a bare xid would be the selected text.)
Awaitable<std::vector<Event>> OutboxReader::list(postgres::Session& session, std::int64_t limit) {
    static constexpr Statement kList{"events_list", R"(
        SELECT xid::text, id, type, user_id, payload::text, occurred_at, coalesce(trace, '') FROM outbox
        WHERE (xid, id) > ($1::text::xid8, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY outbox.xid, outbox.id LIMIT $3)"};
    auto rows = co_await session.query(kList, position_.xid, position_.id, limit);
    std::vector<Event> events;
    events.reserve(rows.size());
    for (auto row : rows)
        events.push_back({.position = {.xid = row.get<std::string>(0), .id = row.get<std::int64_t>(1)},
                          .type = row.get<std::string>(2),
                          .user = row.get<UserId>(3),
                          .payload = row.get<std::string>(4),
                          .occurred_at = row.get<Timestamp>(5),
                          .trace = telemetry::stored_trace(row.get<std::string_view>(6))});
    co_return events;
}

Awaitable<> OutboxReader::prepare_wakeup(postgres::Session& session) {
    static constexpr Statement kPrepareWakeup{"events_prepare_wakeup", R"(
        SELECT setval('outbox_bell', 1, false) FROM outbox_bell WHERE is_called)"};
    co_await session.query(kPrepareWakeup);
}

Awaitable<> OutboxReader::measure(postgres::Session& session) {
    static constexpr Statement kMeasure{"events_measure", R"(
        SELECT (SELECT count(*) FROM (SELECT FROM outbox WHERE (xid, id) > ($1::text::xid8, $2) LIMIT $3) AS waiting),
               (SELECT count(*) FROM (SELECT FROM outbox_default LIMIT 1000) AS astray),
               (SELECT occurred_at FROM outbox WHERE (xid, id) > ($1::text::xid8, $2) ORDER BY xid, id LIMIT 1))"};
    auto rows = co_await session.query(kMeasure, position_.xid, position_.id, kMaxDepth);
    stats_.depth.set(rows[0].get<std::int64_t>(0));
    stats_.default_rows.set(rows[0].get<std::int64_t>(1));
    auto oldest = rows[0].get<std::optional<Timestamp>>(2);
    stats_.oldest_milliseconds.set(oldest ? (SystemClock().now() - *oldest).count() : 0);
    measured_at_ = std::chrono::steady_clock::now();
}

Awaitable<> OutboxReader::wait(Milliseconds time) {
    if (is_stopped_) co_return;
    timer_.expires_after(time);
    boost::system::error_code woken;  // the caller checks
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

void OutboxReader::wake() {
    is_woken_ = true;
    timer_.cancel();
}

}  // namespace mindspace::events
