#pragma once
// One group's room as one core sees it: a state machine without sockets, clock, Redis or PostgreSQL. It takes inputs
// (what happened) and returns actions, in order. The shared truth (who is there, which event is next) is in Redis
// (order/order.h). The room decides what its own connections receive, when they have timed out, and what to request
// from Redis. Driven by live/room.h.

#include "platform/limits/local_limiter.h"
#include "services/meditation/rooms/live/profile_changes.h"
#include "services/meditation/rooms/state/actions.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mindspace::meditation {

class Room {
public:
    // `reactions`: the limit per user.
    Room(Group group, limits::Policy reactions);

    Actions on(const SocketOpened& what, Timestamp now);
    Actions on(const MessageReceived& what, Timestamp now);
    Actions on(const TokenRenewed& what, Timestamp now);
    Actions on(const ProfileChange& what, Timestamp now);
    Actions on(const LoginSessionRevoked& what, Timestamp now);
    Actions on(const SocketLost& what, Timestamp now);
    Actions on(const ParticipantEntered& what, Timestamp now);
    Actions on(const LeasesRenewed& what, Timestamp now);
    Actions on(const EventReceived& what, Timestamp now);
    Actions on(const EventsReplayed& what, Timestamp now);
    Actions on(const GroupReloaded& what, Timestamp now);
    Actions on(const ReactionOutdated& what, Timestamp now);
    Actions on(const TooManyReactions& what, Timestamp now);
    Actions on(const FlushDue& what, Timestamp now);
    Actions on(const HostHandedOver& what, Timestamp now);
    Actions on(const ChangeAnnounced& what, Timestamp now);
    Actions on(const StartRefused& what, Timestamp now);
    Actions on(const TaskFailed& what, Timestamp now);
    Actions on(const SubscriptionInterrupted& what, Timestamp now);
    Actions on(const ClockTicked& what, Timestamp now);

    // No connection is here, and none is expected to reconnect.
    [[nodiscard]] bool is_empty() const { return members_.empty() && leaving_.empty(); }
    [[nodiscard]] std::size_t joined_count() const { return joined_count_; }
    [[nodiscard]] std::uint64_t refused_reactions() const { return refused_reactions_; }
    [[nodiscard]] RoomFacts facts() const;

    static constexpr Seconds kHelloTimeout{5};
    static constexpr Seconds kReauthLead{60};
    static constexpr Seconds kGrace = GroupTimetable::kGrace;  // for a broken connection to reconnect
    static constexpr Seconds kLeaseTtl{20};                    // how long a lost node's participants stay, at most
    static constexpr Seconds kRenewEvery{5};
    static constexpr Seconds kRetryEvery{2};
    static constexpr Seconds kCompareEvery{30};    // with PostgreSQL, where a change may lack its event
    static constexpr Milliseconds kEndAfter{250};  // by then every core has confirmed its members at the end
    static constexpr Seconds kOpenAfterEnd{60};    // how long the room stays open after the end
    static constexpr std::size_t kMaxBuffered = 1000;

private:
    enum class Stage { waiting, entering, joined };  // waiting: for hello
    struct Member {
        SocketOwner owner;
        Stage stage = Stage::waiting;
        Timestamp joined_at{};
        std::int64_t from_seq = 0;                                  // the welcome covers everything up to here
        std::vector<std::shared_ptr<const OrderedEvent>> buffered;  // received while entering; shared by all who are
        Timestamp deadline{};                                       // for hello, then for the token
        bool reauth_sent = false;
    };
    struct LeavingParticipant {
        SocketOwner owner;
        Timestamp expires_at{};
    };

    // room.cpp: connections and their messages
    void handle(Member& member, const Hello& hello, Timestamp now, Actions& actions);
    void handle(Member& member, const StartMessage& message, Timestamp now, Actions& actions);
    void handle(Member& member, const EndMessage& message, Timestamp now, Actions& actions);
    void handle(Member& member, const ReactionMessage& message, Timestamp now, Actions& actions);
    void handle(Member& member, const LeaveMessage& message, Timestamp now, Actions& actions);
    // Handled before they reach the room (live/connection.h).
    void handle(Member&, const TimeMessage&, Timestamp, Actions&) {}
    void handle(Member&, const AuthMessage&, Timestamp, Actions&) {}
    void welcome(Member& member, const EnterResult& entry, Timestamp now, Actions& actions);
    void handle_deadline(Member& member, Timestamp now, Actions& actions);
    void set_deadline(Member& member, Timestamp at);
    void refuse_reaction(ConnectionId from, Actions& actions);
    // Removes the member, without a grace.
    void remove_member(const Member& member, EventReason reason, http::CloseCode code, Timestamp now, Actions& actions);
    // Records that the member was present until now.
    void confirm(const Member& member, Timestamp now, Actions& actions);
    // The connection's lease, if it has one, ends now.
    void expire_lease(ConnectionId connection, UserId user, Timestamp now);
    void erase_member(ConnectionId connection);
    Member* find(ConnectionId connection);

    // failures.cpp
    void on_task_failed(const Enter& task, Timestamp now, Actions& actions);
    void on_task_failed(const Leave& task, Timestamp now, Actions& actions);
    void on_task_failed(const React& task, Timestamp now, Actions& actions);
    void on_task_failed(const Flush& task, Timestamp now, Actions& actions);
    void on_task_failed(const RenewLeases& task, Timestamp now, Actions& actions);
    void on_task_failed(const ReplayEvents& task, Timestamp now, Actions& actions);
    void on_task_failed(const Start& task, Timestamp now, Actions& actions);
    void on_task_failed(const Finish& task, Timestamp now, Actions& actions);
    void on_task_failed(const ReloadGroup& task, Timestamp now, Actions& actions);
    void on_task_failed(const Announce& task, Timestamp now, Actions& actions);
    // Retried with the next renewal.
    void on_task_failed(const HandOverHost&, Timestamp, Actions&) {}
    // Retried until the room has the change.
    void on_task_failed(const AnnounceChange&, Timestamp, Actions&) {}

    // following.cpp: following the shared order
    void follow(const OrderedEvent& ordered, Timestamp now, Actions& actions);
    void deliver(const OrderedEvent& ordered, Actions& actions);
    void switch_epoch(const std::string& epoch, std::int64_t seq, Timestamp now, Actions& actions);
    void replay(Actions& actions);
    void renew_all(Timestamp now, Actions& actions);
    void record_attendance(Timestamp now, Actions& actions);
    void run_clock(Timestamp now, Actions& actions);
    void reenter(const SocketOwner& owner, Timestamp expires_at, Announcement announcement, Timestamp now,
                 Actions& actions);
    void flush_in(Milliseconds due_in, Timestamp now);
    [[nodiscard]] bool has_audience() const;
    [[nodiscard]] Enter make_enter(const SocketOwner& owner, Timestamp expires_at, Timestamp now) const;

    // group.cpp: the group, its host and its state
    void advance(const RoomFacts& facts, Timestamp now, Actions& actions);
    void update_group(const Group& group);
    void replace_group(const Group& group);
    void replace_host(const RenewResult& renewal, Timestamp now, Actions& actions);
    void reconcile_group(Timestamp now, Actions& actions);

    Group group_;
    std::optional<Group> pending_group_;  // a change that the clients of the room have not received yet

    std::unordered_map<ConnectionId, Member> members_;
    std::unordered_map<ConnectionId, LeavingParticipant> leaving_;
    std::set<std::pair<Timestamp, ConnectionId>> deadlines_;
    std::unordered_multimap<UserId, ConnectionId> connections_of_;
    limits::LocalLimiter<UserId> reactions_;
    std::size_t joined_count_ = 0;
    std::uint64_t refused_reactions_ = 0;

    std::string epoch_;               // of the last event followed
    std::int64_t seq_ = 0;            // its number
    std::string settled_epoch_;       // in which our leases are stored; "" if there were none yet
    std::int64_t newest_ = 0;         // the highest number received while events were missing
    std::int64_t replay_target_ = 0;  // newest_ when the replay in flight was requested
    bool replaying_ = false;
    bool replay_failed_ = false;
    bool reload_needed_ = false;
    bool renewing_ = false;  // a renewal of all leases is in flight

    Timestamp next_renewal_{};
    Timestamp next_attendance_{};
    Timestamp next_finish_{};  // not before then; a failed attempt is retried
    Timestamp next_reload_{};
    Timestamp next_comparison_{};
    Timestamp next_announcement_{};
    std::optional<Timestamp> next_flush_;
    std::optional<Timestamp> close_at_;
};

}  // namespace mindspace::meditation
