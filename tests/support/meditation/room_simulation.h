#pragma once
// A simulation for tests of rooms: several cores with their rooms on one shared order, sockets that connect, break and
// leave, tasks that wait and fail, published events in flight, and a manual clock.

#include "services/meditation/rooms/state/room.h"
#include "support/meditation/room_client.h"
#include "support/meditation/room_order.h"

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace mindspace::meditation {

struct TestCore {
    explicit TestCore(Group group) : room(std::move(group), reaction_limit(5)) {}
    Room room;
    std::map<ConnectionId, std::shared_ptr<TestClient>> clients;
    std::deque<Task> tasks;              // pending
    std::deque<OrderedEvent> published;  // in flight
};

class RoomSimulation {
public:
    RoomSimulation(TestRoomOrder& order, Timestamp now, std::size_t cores) : order_(order), now_(now) { open(cores); }

    // Opens a new group hosted by user(0), planned for a minute.
    void open(std::size_t cores);
    static UserId user(std::size_t number);

    std::shared_ptr<TestClient> connect(TestCore& core, std::size_t number);
    // Connects, sends hello and waits for the response.
    std::shared_ptr<TestClient> join(TestCore& core, std::size_t number, std::optional<ResumePoint> resume = {});
    void send(TestCore& core, const TestClient& client, ClientMessage message);
    void disconnect(TestCore& core, const TestClient& client);
    // Crashes a core with all its sockets.
    void crash(std::size_t core);

    template <class What>
    void apply(TestCore& core, const What& what) {
        for (auto& action : core.room.on(what, now_)) std::visit([&](auto& one) { act(core, one); }, action);
    }
    void perform_task(TestCore& core);
    void fail_task(TestCore& core);
    void deliver_one(TestCore& core);
    // Breaks the subscription: events in flight are lost.
    void interrupt(TestCore& core);
    // Runs until no core has work left.
    void settle();
    void pass(Milliseconds time);
    void pass_and_settle(Seconds time);

    // Expects that finally every client has received all events and knows who is present, and so does the order.
    void expect_agreement();

    TestCore& core(std::size_t index = 0) { return *cores_[index]; }
    [[nodiscard]] std::size_t core_count() const { return cores_.size(); }
    [[nodiscard]] Timestamp now() const { return now_; }
    // The group as in PostgreSQL.
    Group& group() { return group_; }
    [[nodiscard]] int ends() const { return ends_; }
    // While a participant enters, events are delivered at random.
    void deliver_while_entering(std::mt19937& random) { delivery_random_ = &random; }
    // From now on no participant may leave who is connected or was within the grace period.
    void expect_no_flicker() { forbids_flicker_ = true; }
    // From now on clients must know the number of participants, but not their names.
    void expect_counts_only() { is_exact_ = false; }

private:
    // When the user was last connected; nothing while they are.
    [[nodiscard]] std::optional<Timestamp> disconnected_since(UserId user) const;
    void check(const OrderedEvent& ordered) const;
    void act(TestCore& core, Send& action);
    void act(TestCore& core, Deliver& action);
    void act(TestCore& core, Close& action);
    void act(TestCore&, RecordAttendance&) {}
    void act(TestCore& core, Task& task) { core.tasks.push_back(std::move(task)); }

    void perform(TestCore& core, Enter& task);
    void perform(TestCore& core, Leave& task);
    void perform(TestCore& core, React& task);
    void perform(TestCore& core, Flush& task);
    void perform(TestCore& core, RenewLeases& task);
    void perform(TestCore& core, ReplayEvents& task);
    void perform(TestCore& core, Start& task);
    void perform(TestCore& core, Finish& task);
    void perform(TestCore& core, ReloadGroup& task);
    void perform(TestCore& core, Announce& task);
    void perform(TestCore& core, HandOverHost& task);
    void perform(TestCore& core, AnnounceChange& task);

    void collect();
    static std::shared_ptr<TestClient> find(TestCore& core, ConnectionId connection);

    TestRoomOrder& order_;
    Timestamp now_;
    Group group_;
    std::vector<std::unique_ptr<TestCore>> cores_;
    ResumePoint collected_;  // the last event collected
    int ends_ = 0;           // number of times the group was ended
    std::mt19937* delivery_random_ = nullptr;
    bool forbids_flicker_ = false;
    bool is_exact_ = true;
    std::map<UserId, Timestamp> last_lost_;
};

}  // namespace mindspace::meditation
