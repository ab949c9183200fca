#include "services/meditation/rooms/order/order.h"

#include "platform/async/when_all.h"
#include "platform/base/bytes.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/connection/error_reply.h"
#include "services/meditation/rooms/order/scripts.h"

#include <fmt/format.h>

#include <span>
#include <stdexcept>

namespace mindspace::meditation {

namespace {

using redis::Value;

constexpr std::size_t kUserSize = 36;

std::string arrivals_key(GroupId group) {
    return room_channel(group) + ":arrivals";
}
std::string people_key(GroupId group) {
    return room_channel(group) + ":people";
}

// Keys and arguments of one call. Owns the memory that the command refers to until the reply arrives.
class ScriptCall {
public:
    explicit ScriptCall(GroupId group) {
        auto room = room_channel(group);
        keys_ = {room,
                 room + ":log",
                 people_key(group),
                 arrivals_key(group),
                 room + ":leases",
                 room + ":counts",
                 room + ":joined",
                 room + ":left",
                 room + ":tally"};
    }
    ScriptCall& add(std::string argument) {
        arguments_.push_back(std::move(argument));
        return *this;
    }
    ScriptCall& add_key(std::string key) {
        keys_.push_back(std::move(key));
        return *this;
    }
    ScriptCall& add(std::int64_t number) { return add(std::to_string(number)); }
    ScriptCall& add(std::optional<Timestamp> at) {
        return at ? add(std::int64_t{at->time_since_epoch().count()}) : add(std::string());
    }
    // The arguments of open_room() in the scripts.
    ScriptCall& add(const RoomFacts& facts, Timestamp now) {
        return add(std::optional(now))
            .add(base64url_encode(random_bytes<9>()))
            .add(std::string(schema::enum_name(facts.state)))
            .add(facts.starts_at)
            .add(facts.ends_at)
            .add(facts.host.to_string())
            .add(std::int64_t{facts.version});
    }

    static Awaitable<Value> run(redis::Client& redis, const redis::Script& script, ScriptCall call) {
        std::vector<std::string_view> keys(call.keys_.begin(), call.keys_.end());
        std::vector<std::string_view> arguments(call.arguments_.begin(), call.arguments_.end());
        try {
            co_return co_await redis.run(script, keys, arguments);
        } catch (const redis::MemoryFull&) {
            // Redis is full and changed nothing. The log can be spared.
        }
        std::vector<std::string_view> command{"DEL", call.keys_[kLogKey]};
        co_await redis.command(std::move(command));
        co_return co_await redis.run(script, keys, arguments);
    }

private:
    static constexpr std::size_t kLogKey = 1;

    std::vector<std::string> keys_;
    std::vector<std::string> arguments_;
};

std::string to_text(const Lease& lease) {
    return lease.user.to_string() + "/" + lease.connection.to_string();
}

Lease lease_of(std::string_view text) {
    auto user = UserId::parse(text.substr(0, kUserSize));
    auto connection = ConnectionId::parse(text.substr(kUserSize + 1));
    return Lease{.user = user.value(), .connection = connection.value()};
}

// We wrote what is in Redis, so anything else is a bug.
template <class T>
T read_json(std::string_view text) {
    auto value = schema::from_json<T>(text);
    if (!value) throw std::logic_error("room order: unreadable " + std::string(T::kName));
    return std::move(*value);
}

std::optional<Timestamp> read_time(const Value& value) {
    if (value.as_string().empty()) return std::nullopt;
    return Timestamp(Milliseconds(std::stoll(value.as_string())));
}

// Leases and expiry times alternate.
std::vector<Lease> read_leases(const Value& value) {
    std::vector<Lease> leases;
    auto items = value.items();
    for (std::size_t i = 0; i < items.size(); i += 2) {
        auto lease = lease_of(items[i].as_string());
        lease.expires_at = Timestamp(Milliseconds(items[i + 1].as_integer()));
        leases.push_back(lease);
    }
    return leases;
}

std::optional<std::vector<OrderedEvent>> read_events(const Value& value) {
    if (value.is_null()) return std::nullopt;
    std::vector<OrderedEvent> events;
    for (const auto& item : value.items()) events.push_back(parse_event(item.as_string()));
    return events;
}

// The members of the event's JSON object, without the braces: the script puts seq and epoch in front.
std::string members_of(const RoomEvent& event) {
    auto text = schema::to_json(event);
    return text.substr(1, text.size() - 2);
}

Awaitable<std::int64_t> count_or_zero(redis::Client& redis, std::string key) {
    try {
        std::vector<std::string_view> command{"ZCARD", key};
        auto count = co_await redis.command(std::move(command));
        co_return count.as_integer();
    } catch (const Unavailable&) {
        co_return 0;
    }
}

}  // namespace

std::string room_channel(GroupId group) {
    return "room:{" + group.to_string() + "}";
}

OrderedEvent parse_event(std::string_view text) {
    return OrderedEvent{.event = read_json<RoomEvent>(text), .text = std::string(text)};
}

Awaitable<std::optional<EnterResult>> RoomOrder::enter(EnterRequest request, Timestamp now) {
    ScriptCall call(request.facts.group);
    call.add(request.facts, now)
        .add(to_text(request.lease))
        .add(std::optional(request.lease.expires_at))
        .add(schema::to_json(request.participant))
        .add(std::int64_t{request.max_participants})
        .add(std::string(request.announcement == Announcement::normal ? "1" : "0"))
        .add(request.resume ? request.resume->epoch : std::string())
        .add(request.resume ? request.resume->seq : 0);
    auto reply = co_await ScriptCall::run(redis_, kEnterScript, std::move(call));
    if (reply.at(0).as_string() == "full") co_return std::nullopt;
    EnterResult entry{.epoch = reply.at(1).as_string(),
                      .seq = reply.at(2).as_integer(),
                      .facts = {.group = request.facts.group,
                                .state = schema::enum_value<GroupState>(reply.at(3).as_string()).value(),
                                .starts_at = read_time(reply.at(4)),
                                .ends_at = read_time(reply.at(5))},
                      .is_new = reply.at(6).as_integer() == 1,
                      .participant_count = reply.at(7).as_integer(),
                      .self = read_json<Participant>(reply.at(8).as_string()),
                      .participants = {},
                      .missed = read_events(reply.at(10)),
                      .flush_due_in = Milliseconds(reply.at(11).as_integer())};
    for (const auto& participant : reply.at(9).items())
        entry.participants.push_back(read_json<Participant>(participant.as_string()));
    co_return entry;
}

Awaitable<LeaveResult> RoomOrder::leave(GroupId group, Lease lease, EventReason reason, Timestamp now) {
    ScriptCall call(group);
    call.add(std::optional(now)).add(to_text(lease)).add(std::string(schema::enum_name(reason)));
    auto reply = co_await ScriptCall::run(redis_, kLeaveScript, std::move(call));
    co_return LeaveResult{.has_left = reply.at(0).as_integer() == 1,
                          .flush_due_in = Milliseconds(reply.at(1).as_integer())};
}

Awaitable<RenewResult> RoomOrder::renew(RoomFacts facts, std::vector<Lease> leases, Timestamp now) {
    ScriptCall call(facts.group);
    call.add(facts, now);
    for (const auto& lease : leases) call.add(to_text(lease)).add(std::optional(lease.expires_at));
    auto reply = co_await ScriptCall::run(redis_, kRenewScript, std::move(call));
    RenewResult renewal{.epoch = reply.at(0).as_string(),
                        .seq = reply.at(1).as_integer(),
                        .unknown = {},
                        .lost = read_leases(reply.at(3)),
                        .is_all_reaped = reply.at(4).as_integer() == 1,
                        .flush_due_in = Milliseconds(reply.at(5).as_integer()),
                        .host = UserId::parse(reply.at(6).as_string()).value(),
                        .host_left_at = read_time(reply.at(7)),
                        .longest_present = {}};
    for (const auto& lease : reply.at(2).items()) renewal.unknown.push_back(lease_of(lease.as_string()).connection);
    for (const auto& user : reply.at(8).items()) renewal.longest_present = UserId::parse(user.as_string());
    co_return renewal;
}

Awaitable<ReapResult> RoomOrder::reap(GroupId group, Timestamp now) {
    ScriptCall call(group);
    call.add(std::optional(now));
    auto reply = co_await ScriptCall::run(redis_, kReapScript, std::move(call));
    co_return ReapResult{.lost = read_leases(reply.at(0)), .is_empty = reply.at(1).as_integer() == 0};
}

Awaitable<ReactResult> RoomOrder::react(GroupId group, ReactionRequest request, Timestamp now) {
    ScriptCall call(group);
    call.add_key(room_channel(group) + ":reactions:" + request.reaction.from.value().to_string())
        .add(std::optional(now))
        .add(std::move(request.epoch))
        .add(std::string(schema::enum_name(request.reaction.kind.value())))
        .add(members_of(request.reaction))
        .add(static_cast<std::int64_t>(request.limit.quota))
        .add(fmt::format("{:.0f}", request.limit.window_micros()));
    auto reply = co_await ScriptCall::run(redis_, kReactScript, std::move(call));
    if (reply.as_integer() == -1) co_return ReactResult{.outcome = ReactResult::Outcome::outdated};
    if (reply.as_integer() == -2) co_return ReactResult{.outcome = ReactResult::Outcome::too_many};
    co_return ReactResult{.flush_due_in = Milliseconds(reply.as_integer())};
}

Awaitable<Milliseconds> RoomOrder::flush(GroupId group, Timestamp now) {
    ScriptCall call(group);
    call.add(std::optional(now));
    auto reply = co_await ScriptCall::run(redis_, kFlushScript, std::move(call));
    co_return Milliseconds(reply.as_integer());
}

Awaitable<> RoomOrder::announce(RoomFacts facts, RoomEvent event) {
    ScriptCall call(facts.group);
    call.add(members_of(event)).add(std::string(schema::enum_name(facts.state)));
    call.add(facts.starts_at).add(facts.ends_at);
    co_await ScriptCall::run(redis_, kAnnounceScript, std::move(call));
}

Awaitable<> RoomOrder::announce_change(Group group, Timestamp now) {
    std::vector<GroupId> ids{group.id};
    auto counts = co_await count_participants(std::move(ids));
    group.participant_count = counts.front();
    ScriptCall call(group.id);
    call.add(std::optional(now))
        .add(members_of(make_group_changed(group)))
        .add(std::int64_t{group.version})
        .add(group.host.id.to_string());
    co_await ScriptCall::run(redis_, kChangeScript, std::move(call));
}

Awaitable<History> RoomOrder::read_after(GroupId group, std::int64_t seq) {
    ScriptCall call(group);
    call.add(seq);
    auto reply = co_await ScriptCall::run(redis_, kReadScript, std::move(call));
    co_return History{
        .epoch = reply.at(0).as_string(), .seq = reply.at(1).as_integer(), .events = read_events(reply.at(2))};
}

Awaitable<std::vector<std::int32_t>> RoomOrder::count_participants(std::vector<GroupId> groups) {
    std::vector<std::int32_t> counts;
    if (groups.empty()) co_return counts;
    // All at once: the commands are sent in one write.
    std::vector<Awaitable<std::int64_t>> pending;
    for (auto group : groups) pending.push_back(count_or_zero(redis_, arrivals_key(group)));
    const auto found = co_await when_all(std::move(pending));
    for (auto count : found) counts.push_back(static_cast<std::int32_t>(count));
    co_return counts;
}

Awaitable<bool> RoomOrder::is_empty(GroupId group) {
    auto key = arrivals_key(group);
    std::vector<std::string_view> command{"EXISTS", key};
    auto found = co_await redis_.command(std::move(command));
    co_return found.as_integer() == 0;
}

Awaitable<bool> RoomOrder::has_participant(GroupId group, UserId user) {
    auto key = people_key(group);
    auto field_name = user.to_string();
    std::vector<std::string_view> command{"HEXISTS", key, field_name};
    auto found = co_await redis_.command(std::move(command));
    co_return found.as_integer() == 1;
}

}  // namespace mindspace::meditation
