#pragma once
// One group's room as one core sees it: a state machine without sockets, clock, Redis or PostgreSQL. It is told what
// happened and answers with what is to be done, in that order. The shared truth (who is there, which event is the
// next) is in Redis (room_order.h); the room decides what its own connections hear of it, when they are late, and
// what is to be asked of Redis. Driven by live_room.h.

#include "platform/http/websocket_codec.h"
#include "services/meditation/group_timetable.h"
#include "services/meditation/room_order.h"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace mindspace::meditation {

// The application's close codes.
inline constexpr http::CloseCode kCloseTokenEnded{4401};
inline constexpr http::CloseCode kCloseNoGroup{4404};
inline constexpr http::CloseCode kCloseNoHello{4408};
inline constexpr http::CloseCode kCloseFull{4409};
inline constexpr http::CloseCode kCloseOver{4410};
inline constexpr http::CloseCode kCloseTooMany{4429};

// Whoever opened a socket: one connection of a user.
struct Guest {
    ConnectionId connection{};
    UserId user{};
    std::string display_name;
    std::optional<std::string> avatar_url;
    Timestamp token_expires_at{};
    AuthSessionId auth_session{};
};

// ---- what is to be done

struct Send {
    ConnectionId to{};
    std::string text;
};
struct Deliver {
    std::vector<ConnectionId> to;
    std::string text;
};
struct Close {
    ConnectionId connection{};
    http::CloseCode code{};
};
struct Enter {
    EnterRequest request;
};
struct Leave {
    Lease lease;
};
struct Publish {
    ConnectionId from{};
    RoomEvent event;
    std::string epoch;  // that it is meant for; "" for any
};
struct Renew {
    std::vector<Lease> leases;
    bool whole = false;  // all leases of this core
};
struct Recall {
    std::string epoch;
    std::int64_t after = 0;
};
struct Start {
    ConnectionId from{};
    UserId host{};
    Timestamp starts_at{};
    Timestamp ends_at{};
};
struct Finish {
    std::optional<ConnectionId> from;  // the host's; nothing when the end has come by itself
    EventReason reason{};
};
struct Reload {};  // the group as PostgreSQL has it
struct Announce {
    RoomFacts facts;
    RoomEvent event;
};
struct Attend {
    std::vector<Presence> seen;
};

// Needs Redis or PostgreSQL; tasks are done one after the other.
using Task = std::variant<Enter, Leave, Publish, Renew, Recall, Start, Finish, Reload, Announce>;
using Action = std::variant<Send, Deliver, Close, Attend, Task>;
using Actions = std::vector<Action>;

// ---- what happened

struct Arrived {
    Guest guest;
    Group group;  // as of now
};
struct Asked {
    ConnectionId from{};
    ClientMessage message;
};
struct TokenRenewed {
    ConnectionId connection{};
    Timestamp expires_at{};
};
struct Lost {
    ConnectionId connection{};
};
struct Entered {
    ConnectionId connection{};
    std::optional<Entry> entry;  // nothing: the room is full
};
struct Renewed {
    Renew task;
    Renewal renewal;
    Timestamp asked_at{};  // the leases of the task that expired until then are gone
};
struct Heard {
    OrderedEvent event;
};
struct Recalled {
    Recall task;
    History history;
};
struct Reloaded {
    Group group;
};
struct Outdated {
    Publish task;  // the room has another epoch than the task's
};
struct Refused {
    Start task;  // the group is not scheduled any more
};
struct Failed {
    Task task;  // a part that it needs is away
};
struct Interrupted {};  // events may have been missed
struct Ticked {};       // a few times a second

class Room {
public:
    // `reactions_at_most` in kReactionWindow, of one user.
    Room(Group group, std::size_t reactions_at_most);

    Actions on(const Arrived& what, Timestamp now);
    Actions on(const Asked& what, Timestamp now);
    Actions on(const TokenRenewed& what, Timestamp now);
    Actions on(const Lost& what, Timestamp now);
    Actions on(const Entered& what, Timestamp now);
    Actions on(const Renewed& what, Timestamp now);
    Actions on(const Heard& what, Timestamp now);
    Actions on(const Recalled& what, Timestamp now);
    Actions on(const Reloaded& what, Timestamp now);
    Actions on(const Outdated& what, Timestamp now);
    Actions on(const Refused& what, Timestamp now);
    Actions on(const Failed& what, Timestamp now);
    Actions on(const Interrupted& what, Timestamp now);
    Actions on(const Ticked& what, Timestamp now);

    // Nobody is here, and nobody is expected back.
    [[nodiscard]] bool is_empty() const { return members_.empty() && departing_.empty(); }
    [[nodiscard]] std::size_t joined_count() const { return joined_count_; }
    [[nodiscard]] RoomFacts facts() const;

    static constexpr Seconds kHelloTimeout{5};
    static constexpr Seconds kReauthLead{60};
    static constexpr Seconds kGrace{10};     // for a broken connection to come back
    static constexpr Seconds kLeaseTtl{25};  // how long a lost node's participants stay, at most
    static constexpr Seconds kRenewEvery{5};
    static constexpr Seconds kRetryEvery{2};
    static constexpr Seconds kFarewell{60};  // the room stays open so long after the end
    static constexpr Seconds kReactionWindow{10};
    static constexpr std::size_t kMaxHeld = 1000;

private:
    enum class Stage { waiting, entering, joined };  // waiting: for hello
    struct Member {
        Guest guest;
        Stage stage = Stage::waiting;
        Timestamp joined_at{};
        std::int64_t from_seq = 0;       // the welcome told of everything up to here
        std::vector<OrderedEvent> held;  // heard while entering
        Timestamp deadline{};            // of hello, then of the token
        bool reauth_sent = false;
    };
    struct Departing {
        Guest guest;
        Timestamp expires_at{};
    };

    // room.cpp: connections and what they ask
    void ask(Member& member, const Hello& hello, Timestamp now, Actions& actions);
    void ask(Member& member, const StartMessage& message, Timestamp now, Actions& actions);
    void ask(Member& member, const EndMessage& message, Timestamp now, Actions& actions);
    void ask(Member& member, const ReactionMessage& message, Timestamp now, Actions& actions);
    void ask(Member& member, const LeaveMessage& message, Timestamp now, Actions& actions);
    // Answered before they come here (live_connection.h).
    void ask(Member&, const TimeMessage&, Timestamp, Actions&) {}
    void ask(Member&, const AuthMessage&, Timestamp, Actions&) {}
    void welcome(Member& member, const Entry& entry, Timestamp now, Actions& actions);
    void meet_deadline(Member& member, Timestamp now, Actions& actions);
    void set_deadline(Member& member, Timestamp at);
    bool may_react(UserId user, Timestamp now);
    // The connection's lease, if it has one, ends now.
    void expect_end(ConnectionId connection, UserId user, Timestamp now);
    void part_from(ConnectionId connection);
    Member* find(ConnectionId connection);

    void forgive(const Enter& task, Timestamp now, Actions& actions);
    void forgive(const Leave& task, Timestamp now, Actions& actions);
    void forgive(const Publish& task, Timestamp now, Actions& actions);
    void forgive(const Renew& task, Timestamp now, Actions& actions);
    void forgive(const Recall& task, Timestamp now, Actions& actions);
    void forgive(const Start& task, Timestamp now, Actions& actions);
    void forgive(const Finish& task, Timestamp now, Actions& actions);
    void forgive(const Reload& task, Timestamp now, Actions& actions);
    void forgive(const Announce& task, Timestamp now, Actions& actions);

    // room_following.cpp: the shared order and what follows from it
    void follow(const OrderedEvent& ordered, Timestamp now, Actions& actions);
    void deliver(const OrderedEvent& ordered, Actions& actions);
    void adopt(const std::string& epoch, std::int64_t seq, Timestamp now, Actions& actions);
    void advance(const RoomFacts& facts, Timestamp now, Actions& actions);
    void learn(const Group& group);
    void recall(Actions& actions);
    void renew_all(Timestamp now, Actions& actions);
    void attend(Timestamp now, Actions& actions);
    void keep_time(Timestamp now, Actions& actions);
    void reenter(const Guest& guest, Timestamp expires_at, Announcement announcement, Timestamp now, Actions& actions);
    [[nodiscard]] bool has_audience() const;
    [[nodiscard]] Enter make_enter(const Guest& guest, Timestamp expires_at, Timestamp now) const;

    Group group_;
    const std::size_t reactions_at_most_;

    std::unordered_map<ConnectionId, Member> members_;
    std::unordered_map<ConnectionId, Departing> departing_;
    std::set<std::pair<Timestamp, ConnectionId>> deadlines_;
    std::unordered_map<UserId, std::deque<Timestamp>> reactions_;
    std::size_t joined_count_ = 0;

    std::string epoch_;          // of the last event followed
    std::int64_t seq_ = 0;       // its number
    std::string settled_epoch_;  // in which our leases are; "" as long as there were none
    std::int64_t newest_ = 0;    // the highest number heard of while events were missing
    bool recalling_ = false;
    bool recall_failed_ = false;
    bool reload_wanted_ = false;
    bool renewing_ = false;  // a renewal of all leases is under way

    Timestamp next_renewal_{};
    Timestamp next_attendance_{};
    Timestamp next_finish_{};  // not before; an attempt that failed is repeated
    Timestamp next_reload_{};
    std::optional<Timestamp> farewell_at_;
};

}  // namespace mindspace::meditation
