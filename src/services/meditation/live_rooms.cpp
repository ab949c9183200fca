#include "services/meditation/live_rooms.h"

#include "platform/postgres/client.h"
#include "platform/telemetry/log.h"
#include "services/meditation/live_connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cmath>

namespace mindspace::meditation {

namespace {

constexpr Milliseconds kTick{250};
constexpr int kTicksPerDueCheck = 4;
constexpr double kReactionsAtMost = 5;   // in 10 s, of one user
constexpr double kMessagesAtMost = 120;  // in 10 s, of one connection

std::size_t scaled(double limit, double scale) {
    return static_cast<std::size_t>(std::max(1.0, std::floor(limit * scale)));
}

}  // namespace

LiveRooms::LiveRooms(asio::io_context& loop, LiveBackends backends, http::Guard& guard, const LiveSettings& settings)
    : parts_{.loop = loop,
             .store = GroupStore(backends.database),
             .timetable = GroupTimetable(backends.database),
             .order = RoomOrder(backends.redis),
             .subscriber = backends.subscriber,
             .reactions_at_most = scaled(kReactionsAtMost, settings.rate_limit_scale),
             .messages_at_most = scaled(kMessagesAtMost, settings.rate_limit_scale)},
      guard_(guard),
      timer_(loop) {}

void LiveRooms::start() {
    asio::co_spawn(parts_.loop, keep_time(), [](std::exception_ptr fault) {
        if (fault) std::rethrow_exception(fault);
    });
}

void LiveRooms::stop() {
    is_stopped_ = true;
    timer_.cancel();
}

Awaitable<> LiveRooms::keep_time() {
    boost::system::error_code cancelled;
    for (int tick = 0; !is_stopped_; ++tick) {
        for (auto& [id, room] : rooms_) room->tick();
        std::erase_if(rooms_, [](const auto& entry) { return entry.second->is_idle(); });
        if (tick % kTicksPerDueCheck == 0) co_await follow_timetables();
        if (is_stopped_) break;
        timer_.expires_after(kTick);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// Whoever comes first starts or ends a group; the others find it done.
Awaitable<> LiveRooms::follow_timetables() {
    try {
        co_await start_due_groups();
        co_await end_due_groups();
    } catch (const Unavailable& fault) {
        log::debug("groups not started or ended", {{"error.message", fault.what()}});
    } catch (const std::exception& fault) {
        log::error("groups not started or ended",
                   {{"event.action", "internal_error"}, {"error.message", fault.what()}});
    }
}

// Should this node die before it has told them, the rooms ask PostgreSQL themselves (Room::keep_time()).
Awaitable<> LiveRooms::start_due_groups() {
    auto started = co_await parts_.timetable.start_due(parts_.clock.now());
    for (const auto& group : started) {
        parts_.metrics.scheduled_starts.add(1);
        log::info("group started at its time",
                  {{"event.action", "group_started"}, {"mindspace.group.id", group.id.to_string()}});
        RoomFacts facts{group.id, GroupState::running, group.starts_at, group.ends_at};
        co_await parts_.order.announce(facts, make_start(group.host, group.starts_at, group.ends_at));
    }
}

Awaitable<> LiveRooms::end_due_groups() {
    auto due = co_await parts_.timetable.list_due(parts_.clock.now());
    for (auto id : due) {
        auto reason = schema::enum_name(EventReason::completed);
        auto end = co_await parts_.timetable.finish(id, reason, parts_.clock.now());
        if (!end) continue;
        RoomFacts facts{.group = id, .state = GroupState::ended, .starts_at = {}, .ends_at = end->at};
        co_await parts_.order.announce(facts, make_end(end->at, EventReason::completed));
    }
}

void LiveRooms::note_gap() {
    for (auto& [id, room] : rooms_) room->tell(Interrupted{});
}

void LiveRooms::drain(Milliseconds window) {
    for (auto& [id, room] : rooms_) room->drain(window);
}

Awaitable<> LiveRooms::serve(Guest guest, Group group, std::shared_ptr<http::WebSocket> socket) {
    auto room = find_or_open(group);
    room->arrive(guest, std::move(group), socket);
    co_await serve_connection(std::move(room), std::move(socket), std::move(guest), guard_, parts_.messages_at_most);
}

std::shared_ptr<LiveRoom> LiveRooms::find_or_open(const Group& group) {
    auto& room = rooms_[group.id];
    if (!room) room = std::make_shared<LiveRoom>(parts_, group);
    return room;
}

}  // namespace mindspace::meditation
