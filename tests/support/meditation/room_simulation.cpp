#include "support/meditation/room_simulation.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mindspace::meditation {

void RoomSimulation::open(std::size_t cores) {
    group_ = Group{.id = GroupId::make(now_),
                   .title = "Evening",
                   .description = {},
                   .kind = Kind::mindfulness,
                   .planned_seconds = 60,
                   .scheduled_for = {},
                   .visibility = {},
                   .max_participants = {},
                   .host = {.id = user(0), .display_name = "user"},
                   .started_at = {},
                   .ends_at = {},
                   .ended_at = {},
                   .created_at = now_,
                   .version = 1};
    order_.open(group_.id);
    cores_.clear();
    for (std::size_t i = 0; i < cores; ++i) cores_.push_back(std::make_unique<TestCore>(group_));
    collected_ = {};
    ends_ = 0;
    last_lost_.clear();
}

UserId RoomSimulation::user(std::size_t number) {
    return UserId{Uuid::from_name("user " + std::to_string(number))};
}

// ---- sockets

std::shared_ptr<TestClient> RoomSimulation::connect(TestCore& core, std::size_t number) {
    auto client = std::make_shared<TestClient>();
    client->owner = SocketOwner{.connection = ConnectionId::make(now_),
                                .user = user(number),
                                .display_name = "user",
                                .avatar_url = {},
                                .token_expires_at = now_ + Seconds(900)};
    client->is_partial = !is_exact_;
    core.clients[client->owner.connection] = client;
    apply(core, SocketOpened{client->owner, group_});
    return client;
}

std::shared_ptr<TestClient> RoomSimulation::join(TestCore& core, std::size_t number,
                                                 std::optional<ResumePoint> resume) {
    auto client = connect(core, number);
    client->resume = resume;
    send(core, *client, Hello{.resume = std::move(resume)});
    settle();
    return client;
}

void RoomSimulation::send(TestCore& core, const TestClient& client, ClientMessage message) {
    apply(core, MessageReceived{client.owner.connection, std::move(message)});
}

void RoomSimulation::disconnect(TestCore& core, const TestClient& client) {
    auto connection = client.owner.connection;
    const bool has_grace = client.closed != http::CloseCode::normal && client.closed != kCloseTokenEnded;
    if (client.is_welcomed && has_grace) last_lost_[client.owner.user] = now_;
    core.clients.erase(connection);
    apply(core, SocketLost{connection});
}

void RoomSimulation::crash(std::size_t core) {
    for (const auto& [connection, client] : cores_[core]->clients)
        if (client->is_welcomed) last_lost_[client->owner.user] = now_;
    cores_.erase(cores_.begin() + static_cast<std::ptrdiff_t>(core));
}

std::optional<Timestamp> RoomSimulation::disconnected_since(UserId user) const {
    for (const auto& core : cores_)
        for (const auto& [connection, client] : core->clients)
            if (client->is_welcomed && client->owner.user == user) return std::nullopt;
    auto found = last_lost_.find(user);
    return found == last_lost_.end() ? Timestamp{} : found->second;
}

std::shared_ptr<TestClient> RoomSimulation::find(TestCore& core, ConnectionId connection) {
    auto found = core.clients.find(connection);
    return found == core.clients.end() ? nullptr : found->second;
}

// ---- actions of rooms

void RoomSimulation::act(TestCore& core, Send& action) {
    if (auto client = find(core, action.to)) client->receive(action.text);
}

void RoomSimulation::act(TestCore& core, Deliver& action) {
    auto event = parse_event(action.text).event;
    for (auto to : action.to)
        if (auto client = find(core, to)) client->receive_event(event);
}

void RoomSimulation::act(TestCore& core, Close& action) {
    auto client = find(core, action.connection);
    if (!client) return;
    client->closed = action.code;
    disconnect(core, *client);
}

void RoomSimulation::perform_task(TestCore& core) {
    auto task = std::move(core.tasks.front());
    core.tasks.pop_front();
    std::visit([&](auto& one) { perform(core, one); }, task);
    collect();
}

void RoomSimulation::fail_task(TestCore& core) {
    auto task = std::move(core.tasks.front());
    core.tasks.pop_front();
    apply(core, TaskFailed{std::move(task)});
}

void RoomSimulation::perform(TestCore& core, Enter& task) {
    auto connection = task.request.lease.connection;
    auto entry = order_.enter(task.request, now_);
    collect();
    while (delivery_random_ != nullptr && !core.published.empty() && (*delivery_random_)() % 2 == 0) deliver_one(core);
    apply(core, ParticipantEntered{connection, std::move(entry)});
}

void RoomSimulation::perform(TestCore& core, Leave& task) {
    apply(core, FlushDue{order_.leave(task.lease, task.reason, now_).flush_due_in});
}

void RoomSimulation::perform(TestCore& core, React& task) {
    auto reacted = order_.react(task.request, now_);
    if (reacted.outcome == ReactResult::Outcome::outdated) return apply(core, ReactionOutdated{task});
    if (reacted.outcome == ReactResult::Outcome::too_many) return apply(core, TooManyReactions{task.from});
    apply(core, FlushDue{reacted.flush_due_in});
}

void RoomSimulation::perform(TestCore& core, Flush&) {
    apply(core, FlushDue{order_.flush(now_)});
}

void RoomSimulation::perform(TestCore& core, RenewLeases& task) {
    auto renewal = order_.renew(core.room.facts(), task.leases, now_);
    collect();
    apply(core, LeasesRenewed{task, std::move(renewal), now_});
}

void RoomSimulation::perform(TestCore& core, ReplayEvents& task) {
    apply(core, EventsReplayed{task, order_.read_after(task.after)});
}

void RoomSimulation::perform(TestCore& core, Start& task) {
    if (group_.state != GroupState::scheduled || group_.host.id != task.host) return apply(core, StartRefused{task});
    group_.state = GroupState::running;
    group_.started_at = task.starts_at;
    group_.ends_at = task.starts_at + Seconds(group_.planned_seconds);
    ++group_.version;
    auto facts = core.room.facts();
    facts.state = group_.state;
    facts.starts_at = group_.started_at;
    facts.ends_at = group_.ends_at;
    order_.announce(facts, make_start(task.host, *group_.started_at, *group_.ends_at));
}

void RoomSimulation::perform(TestCore& core, Finish& task) {
    if (task.reason == EventReason::completed && now_ < group_.ends_at) return;
    if (group_.state == GroupState::running) {
        group_.ended_at = std::min(now_, *group_.ends_at);
        group_.state = GroupState::ended;
        ++group_.version;
        ++ends_;
    }
    auto facts = core.room.facts();
    facts.state = GroupState::ended;
    order_.announce(facts, make_end(*group_.ended_at, task.reason));
}

void RoomSimulation::perform(TestCore& core, ReloadGroup&) {
    apply(core, GroupReloaded{group_});
}

void RoomSimulation::perform(TestCore&, Announce& task) {
    order_.announce(task.facts, task.event);
}

void RoomSimulation::perform(TestCore& core, HandOverHost& task) {
    if (group_.host.id != task.from || is_over(group_.state)) return apply(core, GroupReloaded{group_});
    group_.host = {.id = task.to, .display_name = "user"};
    ++group_.version;
    apply(core, HostHandedOver{group_});
}

void RoomSimulation::perform(TestCore& core, AnnounceChange& task) {
    order_.announce_change(task.group, now_);
    apply(core, ChangeAnnounced{task.group.version});
}

// ---- events in flight

void RoomSimulation::collect() {
    auto history = order_.read_after(collected_.seq);
    if (history.epoch.empty()) return;
    if (history.epoch != collected_.epoch) {
        collected_ = {history.epoch, 0};
        history = order_.read_after(0);
    }
    collected_.seq = history.seq;
    if (!history.events) {  // more than the log holds
        for (auto& core : cores_) interrupt(*core);
        return;
    }
    for (const auto& event : *history.events) {
        check(event);
        for (auto& core : cores_) core->published.push_back(event);
    }
}

void RoomSimulation::check(const OrderedEvent& ordered) const {
    const auto& event = ordered.event;
    if (!forbids_flicker_ || event.type != EventType::leave || event.reason != EventReason::timeout) return;
    auto since = disconnected_since(event.participant->id);
    EXPECT_TRUE(since && now_ - *since >= Room::kGrace)
        << "flicker " << (since.value_or(now_) - now_).count() << ": " << ordered.text;
}

void RoomSimulation::deliver_one(TestCore& core) {
    auto event = std::move(core.published.front());
    core.published.pop_front();
    apply(core, EventReceived{std::move(event)});
}

void RoomSimulation::interrupt(TestCore& core) {
    core.published.clear();
    apply(core, SubscriptionInterrupted{});
}

void RoomSimulation::settle() {
    bool is_busy = true;
    while (is_busy) {
        is_busy = false;
        for (auto& core : cores_) {
            while (!core->tasks.empty()) perform_task(*core), is_busy = true;
            while (!core->published.empty()) deliver_one(*core), is_busy = true;
        }
    }
}

void RoomSimulation::pass(Milliseconds time) {
    now_ += time;
    for (auto& core : cores_) apply(*core, ClockTicked{});
    // groups/reconciler.h
    bool is_abandoned = std::ranges::all_of(cores_, [](const auto& core) { return core->room.is_empty(); });
    if (is_abandoned) order_.reap(now_);
}

void RoomSimulation::pass_and_settle(Seconds time) {
    for (auto left = Milliseconds(time); left > Milliseconds(0); left -= Milliseconds(500)) {
        pass(Milliseconds(500));
        settle();
    }
}

void RoomSimulation::expect_agreement() {
    settle();
    for (int second = 0; second < 40; ++second) pass(Seconds(1)), settle();
    std::set<UserId> present;
    for (auto& core : cores_)
        for (auto& [connection, client] : core->clients)
            if (client->is_welcomed) present.insert(client->owner.user);
    auto count = static_cast<std::int64_t>(present.size());
    EXPECT_EQ(order_.count_participants(), count);
    EXPECT_LE(ends_, 1);
    for (auto& core : cores_)
        for (auto& [connection, client] : core->clients) {
            if (!client->is_welcomed || client->epoch != collected_.epoch) continue;
            EXPECT_EQ(client->seq, collected_.seq);
            if (client->is_rebuilt) continue;
            EXPECT_EQ(client->count, count);
            EXPECT_EQ(client->host, group_.host.id);
            EXPECT_LE(std::ranges::count(client->received, EventType::end), 1);
            if (!client->is_partial) EXPECT_EQ(client->present, present);
        }
}

}  // namespace mindspace::meditation
