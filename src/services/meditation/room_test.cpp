// Rooms of several cores on one real order, through thousands of random orders with a clock of our own: sockets come,
// break and leave, tasks fail, published events come late or never. What every client sees must be right.

#include "services/meditation/room.h"

#include "platform/postgres/test_loop.h"
#include "platform/redis/client.h"
#include "platform/redis/test_server.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>

namespace mindspace::meditation {
namespace {

using namespace std::chrono_literals;

Group make_group(Timestamp now, UserId host) {
    return Group{.id = GroupId::make(now),
                 .title = "Evening",
                 .description = {},
                 .kind = Kind::mindfulness,
                 .planned_seconds = 60,
                 .scheduled_for = {},
                 .visibility = {},
                 .max_participants = {},
                 .host = {.id = host, .display_name = "host"},
                 .started_at = {},
                 .ends_at = {},
                 .ended_at = {},
                 .created_at = now};
}

// What a client makes of its frames; every frame is checked.
struct Client {
    Guest guest;
    bool is_welcome = false;
    std::optional<http::CloseCode> closed;
    std::string epoch;
    std::int64_t seq = 0;
    // Redis forgot the room meanwhile, and with it who came and went in that moment: what it tells is checked, but
    // not against the list of who was there.
    bool is_rebuilt = false;
    std::set<UserId> present;
    std::vector<std::string> errors;
    std::vector<EventType> heard;

    void receive(const std::string& text) {
        auto document = schema::parse_json(text).value();
        auto type = std::string(document.at("type").as_string());
        if (type == "welcome") {
            EXPECT_FALSE(is_welcome) << "welcomed twice";
            is_welcome = true;
            epoch = document.at("epoch").as_string();
            seq = document.at("seq").as_int64();
            for (const auto& participant : document.at("participants").as_array())
                present.insert(*UserId::parse(std::string_view(participant.at("id").as_string())));
            EXPECT_TRUE(present.contains(guest.user));
            EXPECT_EQ(document.at("participantCount").as_int64(), static_cast<std::int64_t>(present.size()));
        } else if (type == "error") {
            errors.emplace_back(document.at("code").as_string());
        } else if (type != "reauth") {
            hear(parse_event(text).event);
        }
    }
    void hear(const RoomEvent& event) {
        EXPECT_TRUE(is_welcome) << "an event before the welcome";
        if (*event.epoch != epoch) {
            epoch = *event.epoch;
            seq = 0;
            is_rebuilt = true;
        }
        EXPECT_EQ(*event.seq, seq + 1);
        seq = *event.seq;
        heard.push_back(event.type);
        if (event.type == EventType::join) {
            EXPECT_TRUE(present.insert(event.participant->id).second || is_rebuilt) << "joined twice";
        }
        if (event.type == EventType::leave) {
            EXPECT_TRUE(present.erase(event.participant->id) == 1 || is_rebuilt) << "left twice";
        }
        if (event.participant_count && !is_rebuilt) {
            EXPECT_EQ(*event.participant_count, static_cast<std::int64_t>(present.size()));
        }
    }
};

// A core: its room, its sockets, and the tasks it has not done yet.
struct Core {
    explicit Core(Group group) : room(std::move(group), 5) {}
    Room room;
    std::map<ConnectionId, std::shared_ptr<Client>> clients;
    std::deque<Task> tasks;
    std::deque<OrderedEvent> published;  // on its way
};

class RoomTest : public testing::Test {
protected:
    RoomTest() {
        redis_.start();
        postgres::run_until(io_, [this] { return redis_.is_up(); });
    }
    static redis::ClientOptions options(const redis::TestServer& server) {
        redis::ClientOptions options;
        options.socket_path = server.socket_path();
        return options;
    }
    template <class T>
    T run(Awaitable<T> work) {
        return postgres::run(io_, std::move(work));
    }

    void open(std::size_t cores) {
        group_ = make_group(now_, user(0));
        cores_.clear();
        for (std::size_t i = 0; i < cores; ++i) cores_.push_back(std::make_unique<Core>(group_));
        taken_ = {};
    }
    static UserId user(std::size_t number) { return UserId{Uuid::from_name("user " + std::to_string(number))}; }

    std::shared_ptr<Client> connect(Core& core, std::size_t number) {
        auto client = std::make_shared<Client>();
        client->guest = Guest{.connection = ConnectionId::make(now_),
                              .user = user(number),
                              .display_name = "user",
                              .avatar_url = {},
                              .token_expires_at = now_ + 900s};
        core.clients[client->guest.connection] = client;
        tell(core, Arrived{client->guest, group_});
        return client;
    }
    void say(Core& core, const Client& client, ClientMessage message) {
        tell(core, Asked{client.guest.connection, std::move(message)});
    }
    std::shared_ptr<Client> join(Core& core, std::size_t number) {
        auto client = connect(core, number);
        say(core, *client, Hello{});
        settle();
        return client;
    }
    void lose(Core& core, const Client& client) {
        auto connection = client.guest.connection;
        core.clients.erase(connection);
        tell(core, Lost{connection});
    }

    template <class What>
    void tell(Core& core, const What& what) {
        for (auto& action : core.room.on(what, now_)) std::visit([&](auto& one) { act(core, one); }, action);
    }
    void act(Core& core, Send& action) {
        if (auto client = find(core, action.to)) client->receive(action.text);
    }
    void act(Core& core, Deliver& action) {
        for (auto to : action.to)
            if (auto client = find(core, to)) client->receive(action.text);
    }
    void act(Core& core, Close& action) {
        auto client = find(core, action.connection);
        if (!client) return;
        client->closed = action.code;
        lose(core, *client);
    }
    void act(Core&, Attend&) {}
    void act(Core& core, Task& task) { core.tasks.push_back(std::move(task)); }
    static std::shared_ptr<Client> find(Core& core, ConnectionId connection) {
        auto found = core.clients.find(connection);
        return found == core.clients.end() ? nullptr : found->second;
    }

    void do_task(Core& core) {
        auto task = std::move(core.tasks.front());
        core.tasks.pop_front();
        std::visit([&](auto& one) { perform(core, one); }, task);
        collect();
    }
    void perform(Core& core, Enter& task) {
        auto connection = task.request.lease.connection;
        auto entry = run(order_.enter(task.request));
        collect();
        if (is_racing_) deliver_some(core);
        tell(core, Entered{connection, std::move(entry)});
    }
    void perform(Core&, Leave& task) { run(order_.leave(group_.id, task.lease)); }
    void perform(Core& core, Publish& task) {
        if (!run(order_.publish(group_.id, task.epoch, task.event))) tell(core, Outdated{task});
    }
    void perform(Core& core, Renew& task) {
        auto renewal = run(order_.renew(core.room.facts(), task.leases, now_));
        collect();
        tell(core, Renewed{task, std::move(renewal), now_});
    }
    void perform(Core& core, Recall& task) {
        tell(core, Recalled{task, run(order_.read_after(group_.id, task.after))});
    }
    void perform(Core& core, Start& task) {
        if (group_.state != GroupState::scheduled) return tell(core, Refused{task});
        group_.state = GroupState::running;
        group_.started_at = task.starts_at;
        group_.ends_at = task.ends_at;
        RoomFacts facts{group_.id, group_.state, task.starts_at, task.ends_at};
        run(order_.announce(facts, make_start(task.host, task.starts_at, task.ends_at)));
    }
    void perform(Core& core, Finish& task) {
        if (task.reason == EventReason::completed && now_ < group_.ends_at) return;
        if (group_.state == GroupState::running) group_.ended_at = std::min(now_, *group_.ends_at);
        group_.state = GroupState::ended;
        auto facts = core.room.facts();
        facts.state = GroupState::ended;
        run(order_.announce(facts, make_end(*group_.ended_at, task.reason)));
    }
    void perform(Core& core, Reload&) { tell(core, Reloaded{group_}); }
    void perform(Core&, Announce& task) { run(order_.announce(task.facts, task.event)); }

    // What has been published is on its way to every core.
    void collect() {
        auto history = run(order_.read_after(group_.id, taken_.seq));
        if (history.epoch.empty()) return;
        if (history.epoch != taken_.epoch) {
            taken_ = {history.epoch, 0};
            history = run(order_.read_after(group_.id, 0));
        }
        for (const auto& event : history.events.value())
            for (auto& core : cores_) core->published.push_back(event);
        taken_.seq = history.seq;
    }
    void deliver_some(Core& core) {
        while (!core.published.empty() && chance(50)) deliver_one(core);
    }
    void deliver_one(Core& core) {
        auto event = core.published.front();
        core.published.pop_front();
        tell(core, Heard{event});
    }
    // Until nobody has anything to do.
    void settle() {
        bool is_busy = true;
        while (is_busy) {
            is_busy = false;
            for (auto& core : cores_) {
                while (!core->tasks.empty()) do_task(*core), is_busy = true;
                while (!core->published.empty()) deliver_one(*core), is_busy = true;
            }
        }
    }
    void pass(Milliseconds time) {
        now_ += time;
        for (auto& core : cores_) tell(*core, Ticked{});
    }
    void pass_and_settle(Seconds time) {
        for (auto left = Milliseconds(time); left > 0ms; left -= 500ms) {
            pass(500ms);
            settle();
        }
    }
    bool chance(int percent) { return std::uniform_int_distribution<>(0, 99)(random_) < percent; }
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    void forget_everything() {
        std::vector<std::string_view> flush{"FLUSHALL"};
        run(redis_.command(flush));
    }

    void do_something();
    // In the end every client has heard everything and knows who is there, and so does Redis.
    void check_agreement();

    asio::io_context io_;
    redis::TestServer server_;
    redis::Client redis_{io_, options(server_)};
    RoomOrder order_{redis_};
    std::mt19937 random_{20261123};
    Timestamp now_ = SystemClock{}.now();
    Group group_;
    std::vector<std::unique_ptr<Core>> cores_;
    ResumePoint taken_;  // the last event collected
    bool is_racing_ = false;
};

void RoomTest::do_something() {
    auto& core = *cores_[pick(cores_.size())];
    auto random_client = [&]() -> std::shared_ptr<Client> {
        if (core.clients.empty()) return nullptr;
        return std::next(core.clients.begin(), static_cast<std::ptrdiff_t>(pick(core.clients.size())))->second;
    };
    switch (pick(12)) {
        case 0:
        case 1: {
            auto client = connect(core, pick(6));
            if (chance(90)) say(core, *client, Hello{});
            break;
        }
        case 2:
            if (auto client = random_client()) lose(core, *client);
            break;
        case 3:
            if (auto client = random_client()) say(core, *client, LeaveMessage{});
            break;
        case 4:
            if (auto client = random_client()) say(core, *client, ReactionMessage{});
            break;
        case 5:
            if (auto client = random_client()) say(core, *client, StartMessage{});
            break;
        case 6:
            if (!core.tasks.empty() && chance(20)) {
                auto task = std::move(core.tasks.front());
                core.tasks.pop_front();
                tell(core, Failed{std::move(task)});
            }
            break;
        case 7:
            if (!core.published.empty() && chance(20)) {
                core.published.pop_front();  // the subscription broke
                tell(core, Interrupted{});
            }
            break;
        case 8:
            pass(Milliseconds(pick(4000)));
            break;
        default:
            if (!core.tasks.empty()) do_task(core);
            deliver_some(core);
    }
}

void RoomTest::check_agreement() {
    settle();
    pass_and_settle(40s);
    std::set<UserId> present;
    for (auto& core : cores_)
        for (auto& [connection, client] : core->clients)
            if (client->is_welcome) present.insert(client->guest.user);
    for (auto& core : cores_)
        for (auto& [connection, client] : core->clients) {
            if (!client->is_welcome) continue;
            if (!client->is_rebuilt && client->epoch == taken_.epoch) {
                EXPECT_EQ(client->present, present);
            }
            if (client->epoch == taken_.epoch) {
                EXPECT_EQ(client->seq, taken_.seq);
            }
        }
    EXPECT_EQ(run(order_.count_participants({group_.id})).front(), static_cast<std::int32_t>(present.size()));
}

TEST_F(RoomTest, ClientsSeeOneRightOrderWhateverHappens) {
    is_racing_ = true;
    for (int world = 0; world < 400 && !HasFailure(); ++world) {
        open(1 + pick(3));
        for (int step = 0; step < 60; ++step) do_something();
        check_agreement();
    }
}

TEST_F(RoomTest, TheOrderGoesOnAfterRedisForgotEverything) {
    is_racing_ = true;
    for (int world = 0; world < 200 && !HasFailure(); ++world) {
        open(1 + pick(3));
        for (int step = 0; step < 90; ++step) {
            if (step == 30 || step == 60) forget_everything();
            do_something();
        }
        check_agreement();
    }
}

TEST_F(RoomTest, ABrokenConnectionLeavesOnlyAfterTheGrace) {
    open(2);
    auto stays = join(*cores_[0], 0);
    auto breaks = join(*cores_[1], 1);
    lose(*cores_[1], *breaks);
    pass_and_settle(9s);
    EXPECT_TRUE(stays->present.contains(user(1)));
    auto back = join(*cores_[0], 1);
    pass_and_settle(20s);
    EXPECT_EQ(stays->heard, std::vector{EventType::join}) << "nobody noticed";
    lose(*cores_[0], *back);
    pass_and_settle(11s);
    EXPECT_EQ(stays->heard, (std::vector{EventType::join, EventType::leave}));
}

TEST_F(RoomTest, ALostNodesParticipantsLeaveWithinHalfAMinute) {
    open(2);
    auto stays = join(*cores_[0], 0);
    join(*cores_[1], 1);
    cores_.pop_back();
    pass_and_settle(30s);
    EXPECT_EQ(stays->present, std::set{user(0)});
}

TEST_F(RoomTest, HelloComesFirstAndInTime) {
    open(1);
    auto& core = *cores_[0];
    auto client = connect(core, 0);
    say(core, *client, ReactionMessage{});
    EXPECT_EQ(client->errors, std::vector<std::string>{"bad_message"});
    auto slow = connect(core, 1);
    say(core, *client, Hello{});
    settle();
    say(core, *client, Hello{});
    EXPECT_EQ(client->errors.size(), 2U) << "once is enough";
    pass_and_settle(6s);
    EXPECT_EQ(slow->closed, kCloseNoHello);
    EXPECT_FALSE(client->closed);
}

TEST_F(RoomTest, TheHostStartsAndTheEndComesByItselfOnce) {
    open(2);
    auto host = join(*cores_[0], 0);
    auto guest = join(*cores_[1], 1);
    say(*cores_[1], *guest, StartMessage{});
    say(*cores_[1], *guest, EndMessage{});
    EXPECT_EQ(guest->errors, (std::vector<std::string>{"forbidden", "forbidden"}));
    say(*cores_[0], *host, EndMessage{});
    StartMessage start{.countdown_seconds = 5};
    say(*cores_[0], *host, start);
    say(*cores_[0], *host, start);
    settle();
    EXPECT_EQ(host->errors, (std::vector<std::string>{"not_running", "already_started"}));
    EXPECT_EQ(guest->heard, std::vector{EventType::start});
    pass_and_settle(64s);
    EXPECT_EQ(guest->heard, std::vector{EventType::start});
    pass_and_settle(3s);
    EXPECT_EQ(guest->heard, (std::vector{EventType::start, EventType::end}));
    auto late = join(*cores_[0], 2);
    EXPECT_EQ(late->closed, kCloseOver);
    pass_and_settle(61s);
    EXPECT_EQ(guest->closed, kCloseOver);
}

TEST_F(RoomTest, ReactionsAreLimited) {
    open(1);
    auto& core = *cores_[0];
    auto client = join(core, 0);
    for (int i = 0; i < 6; ++i) say(core, *client, ReactionMessage{});
    settle();
    EXPECT_EQ(client->errors, std::vector<std::string>{"rate_limited"});
    EXPECT_EQ(client->heard.size(), 5U);
    pass_and_settle(10s);
    say(core, *client, ReactionMessage{});
    settle();
    EXPECT_EQ(client->heard.size(), 6U);
}

TEST_F(RoomTest, ATokenIsAskedForBeforeItEnds) {
    open(1);
    auto& core = *cores_[0];
    auto client = join(core, 0);
    auto other = join(core, 1);
    pass_and_settle(841s);
    tell(core, TokenRenewed{client->guest.connection, now_ + 900s});
    pass_and_settle(60s);
    EXPECT_FALSE(client->closed);
    EXPECT_EQ(other->closed, kCloseTokenEnded);
}

TEST_F(RoomTest, AnEventThatCannotBeOrderedIsAnError) {
    open(1);
    auto& core = *cores_[0];
    auto client = join(core, 0);
    say(core, *client, ReactionMessage{});
    auto task = core.tasks.front();
    core.tasks.pop_front();
    tell(core, Failed{task});
    EXPECT_EQ(client->errors, std::vector<std::string>{"unavailable"});
}

TEST_F(RoomTest, AnEmptyRedisIsRebuiltFromWhatTheCoresKnow) {
    open(2);
    auto host = join(*cores_[0], 0);
    auto guest = join(*cores_[1], 1);
    auto breaks = join(*cores_[1], 2);
    say(*cores_[0], *host, StartMessage{});
    settle();
    auto epoch = guest->epoch;
    forget_everything();
    lose(*cores_[1], *breaks);
    say(*cores_[0], *host, ReactionMessage{});
    settle();
    pass_and_settle(5s);
    EXPECT_NE(guest->epoch, epoch);
    EXPECT_EQ(guest->heard.back(), EventType::reaction);
    auto late = join(*cores_[0], 3);
    EXPECT_EQ(late->present, (std::set{user(0), user(1), user(2), user(3)}));
    pass_and_settle(10s);
    EXPECT_EQ(guest->present, (std::set{user(0), user(1), user(3)}));
    pass_and_settle(60s);
    EXPECT_EQ(guest->heard.back(), EventType::end);
}

}  // namespace
}  // namespace mindspace::meditation
