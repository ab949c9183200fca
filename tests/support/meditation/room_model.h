#pragma once
// A model of a room's shared order, in memory: the behaviour of the scripts (order/scripts.cpp) in C++. Fast enough for
// tens of thousands of simulations; a test compares it with the scripts (state/model_test.cpp). The sizes above which
// rooms are large, or announce counts only, can be smaller than in production.

#include "platform/limits/sliding_window.h"
#include "support/meditation/room_order.h"

#include <map>
#include <utility>

namespace mindspace::meditation {

using LeaseKey = std::pair<UserId, ConnectionId>;

// The contents of the keys of a room.
struct ModelledRoom {
    std::string epoch;
    std::int64_t seq = 0;
    RoomFacts facts;
    std::vector<OrderedEvent> log;
    std::map<UserId, Participant> people;
    std::vector<UserId> arrivals;
    std::map<LeaseKey, Timestamp> leases;
    std::map<UserId, Participant> joined;
    std::map<UserId, Participant> left;
    std::map<ReactionKind, std::int64_t> tally;
    std::map<UserId, limits::SlidingWindow> reactions;
    std::int64_t announced_count = 0;
    Timestamp flushed_at{};
    Timestamp reaped_at{};
    std::optional<Timestamp> host_left_at;
    bool has_newcomers = false;
};

class RoomModel final : public TestRoomOrder {
public:
    explicit RoomModel(std::size_t large = 100, std::size_t counts_only = 1000)
        : large_(large), counts_only_(counts_only) {}

    void open(GroupId group) override;
    void lose_data() override { room_.reset(); }
    void cut_off_replica() override {}
    void fail_over() override { room_.reset(); }  // the state of the replica is discarded
    std::optional<EnterResult> enter(const EnterRequest& request, Timestamp now) override;
    LeaveResult leave(const Lease& lease, EventReason reason, Timestamp now) override;
    RenewResult renew(const RoomFacts& facts, const std::vector<Lease>& leases, Timestamp now) override;
    ReapResult reap(Timestamp now) override;
    ReactResult react(const ReactionRequest& request, Timestamp now) override;
    Milliseconds flush(Timestamp now) override;
    void announce(const RoomFacts& facts, const RoomEvent& event) override;
    void announce_change(const Group& group, Timestamp now) override;
    History read_after(std::int64_t seq) override;
    std::int64_t count_participants() override;
    // Whether exactly the holders of leases are participants, each once.
    [[nodiscard]] bool is_consistent() const;

private:
    void open_room(const RoomFacts& facts, Timestamp now);
    void order(RoomEvent event);
    void announce_presence(EventType type, const Participant& who, std::optional<EventReason> reason = {});
    bool end_lease(LeaseKey lease, EventReason reason, Timestamp now);
    std::pair<std::vector<Lease>, bool> reap_expired(Timestamp now);
    [[nodiscard]] bool is_large() const { return room_->people.size() > large_; }
    [[nodiscard]] bool announces_counts_only() const;
    [[nodiscard]] std::optional<std::vector<OrderedEvent>> events_after(std::int64_t seq) const;

    const std::size_t large_;
    const std::size_t counts_only_;
    int epochs_ = 0;
    std::optional<ModelledRoom> room_;
};

}  // namespace mindspace::meditation
