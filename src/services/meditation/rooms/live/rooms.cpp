#include "services/meditation/rooms/live/rooms.h"

#include "platform/async/cancellation.h"
#include "platform/async/sleep.h"
#include "platform/postgres/connection/client.h"
#include "platform/telemetry/log/log.h"
#include "services/meditation/rooms/live/connection.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <unordered_set>

namespace mindspace::meditation {

namespace {

constexpr Milliseconds kTick{250};
constexpr std::size_t kTickedAtOnce = 20;
constexpr Milliseconds kReconcileInterval{1000};
constexpr double kReactions = 5;  // in 10 s, of one user
constexpr double kFrames = 120;   // in 10 s, of one connection

double scaled(double limit, double scale) {
    return std::max(1.0, std::floor(limit * scale));
}

}  // namespace

LiveRooms::LiveRooms(asio::io_context& loop, LiveBackends backends, http::AccessControl access,
                     const LiveSettings& settings)
    : tasks_(loop),
      parts_{.tasks = tasks_,
             .store = GroupStore(backends.database),
             .timetable = GroupTimetable(backends.database),
             .order = RoomOrder(backends.redis),
             .known_rooms = RoomRegister(backends.redis),
             .open_sockets = OpenSockets(backends.redis, settings.sockets_per_user),
             .subscriber = backends.subscriber,
             .reactions = reaction_limit(scaled(kReactions, settings.limit_scale)),
             .frames = {"frames", scaled(kFrames, settings.limit_scale), Seconds(10)},
             .tracer = backends.tracer},
      reconciler_(parts_),
      access_(access) {}

void LiveRooms::start() {
    tasks_.spawn(run_clock());
    tasks_.spawn(reconcile());
    tasks_.spawn(renew_claims());
    profiles_ = subscribe_to_profiles(parts_.subscriber, [this](const ProfileChange& change) {
        auto found = sockets_of_.find(change.user);
        if (found == sockets_of_.end()) return;
        std::unordered_set<LiveRoom*> rooms;
        for (auto [socket, room] : found->second) rooms.insert(room);
        for (auto* room : rooms) room->apply(change);
    });
    displaced_ =
        subscribe_to_displaced(parts_.subscriber, [this](UserId user, ConnectionId socket) { displace(user, socket); });
}

// Many rooms in portions: what is due at a tick would otherwise come to Redis at once, before what people do.
Awaitable<> LiveRooms::run_clock() {
    while (!tasks_.is_cancelled()) {
        const auto portions = rooms_.size() / kTickedAtOnce + 1;
        std::optional<GroupId> last;
        for (std::size_t i = 0; i < portions; ++i) {
            last = tick_after(last);
            co_await sleep_for(std::chrono::microseconds(kTick) / portions);
        }
    }
}

std::optional<GroupId> LiveRooms::tick_after(std::optional<GroupId> last) {
    auto room = last ? rooms_.upper_bound(*last) : rooms_.begin();
    for (std::size_t i = 0; i < kTickedAtOnce && room != rooms_.end(); ++i) {
        last = room->first;
        room->second->tick();
        room = room->second->is_idle() ? rooms_.erase(room) : std::next(room);
    }
    return last;
}

// Apart from the clock: what waits for a database must not hold up the rooms.
Awaitable<> LiveRooms::reconcile() {
    while (!tasks_.is_cancelled()) {
        std::vector<GroupId> ours;
        for (const auto& [id, room] : rooms_) ours.push_back(id);
        co_await reconciler_.work(std::move(ours));
        co_await sleep_for(kReconcileInterval);
    }
}

void LiveRooms::handle_gap() {
    for (auto& [id, room] : rooms_) room->apply(SubscriptionInterrupted{});
}

void LiveRooms::drain(Milliseconds window) {
    drain_window_ = window;
    for (auto& [id, room] : rooms_) room->drain(window);
}

bool LiveRooms::is_settled() const {
    return std::ranges::none_of(rooms_, [](const auto& entry) { return entry.second->has_unwritten(); });
}

Awaitable<> LiveRooms::serve(SocketOwner owner, Group group, std::shared_ptr<http::WebSocket> socket) {
    auto room = find_or_open(group);
    const SocketIds ids{.connection = owner.connection, .user = owner.user, .auth_session = owner.auth_session};
    room->add_socket(std::move(owner), std::move(group), socket);
    if (drain_window_) room->drain(*drain_window_);  // it was opened during the drain
    const auto user = ids.user;
    const auto connection = ids.connection;
    sockets_of_[user][connection] = room.get();
    std::vector<ConnectionId> sockets{connection};
    std::exception_ptr fault;
    try {
        co_await claim(user, std::move(sockets));
        auto served = serve_connection(room, std::move(socket), ids, access_, parts_.frames);
        co_await std::move(served);
    } catch (...) {
        fault = std::current_exception();
    }
    room->remove_socket(connection);
    auto found = sockets_of_.find(user);
    found->second.erase(connection);
    if (found->second.empty()) sockets_of_.erase(found);
    co_await begin_cleanup();
    co_await release(user, connection);
    co_await end_cleanup();
    if (fault) std::rethrow_exception(fault);
}

Awaitable<> LiveRooms::claim(UserId user, std::vector<ConnectionId> sockets) {
    bool is_counted = false;
    try {
        auto displaced = co_await parts_.open_sockets.claim(user, std::move(sockets), parts_.clock.now());
        is_counted = true;
        for (auto socket : displaced) displace(user, socket);
        co_await parts_.open_sockets.announce(user, std::move(displaced));
    } catch (const Unavailable& fault) {
        log::debug("sockets of a user not counted", {{"error.message", fault.what()}});
    }
    auto found = sockets_of_.find(user);
    if (is_counted || found == sockets_of_.end()) co_return;
    auto excess = std::ssize(found->second) - static_cast<std::ptrdiff_t>(parts_.open_sockets.max_sockets());
    for (auto [socket, room] : found->second) {
        if (excess-- <= 0) break;
        room->displace(socket);
    }
}

Awaitable<> LiveRooms::release(UserId user, ConnectionId socket) {
    try {
        co_await parts_.open_sockets.release(user, socket);
    } catch (const Unavailable&) {
        // Its slot expires unless it is claimed again.
    }
}

void LiveRooms::displace(UserId user, ConnectionId socket) {
    auto found = sockets_of_.find(user);
    if (found == sockets_of_.end()) return;
    auto mine = found->second.find(socket);
    if (mine != found->second.end()) mine->second->displace(socket);
}

Awaitable<> LiveRooms::renew_claims() {
    while (!tasks_.is_cancelled()) {
        co_await sleep_for(OpenSockets::kClaimEvery);
        std::vector<UserId> users;
        for (const auto& [user, sockets] : sockets_of_) users.push_back(user);
        for (auto user : users) {
            auto found = sockets_of_.find(user);
            if (found == sockets_of_.end()) continue;
            std::vector<ConnectionId> sockets;
            for (auto [socket, room] : found->second) sockets.push_back(socket);
            co_await claim(user, std::move(sockets));
        }
    }
}

std::vector<RoomCount> LiveRooms::count_connections() const {
    std::vector<RoomCount> counts;
    for (const auto& [id, room] : rooms_)
        if (room->connection_count() > 0) counts.push_back({id, room->connection_count()});
    return counts;
}

std::shared_ptr<LiveRoom> LiveRooms::find_or_open(const Group& group) {
    auto& room = rooms_[group.id];
    if (!room) room = std::make_shared<LiveRoom>(parts_, group);
    return room;
}

}  // namespace mindspace::meditation
