#pragma once
// The inputs of a room (room.h), and the actions that it returns. Values only.

#include "platform/http/websocket/codec.h"
#include "services/meditation/groups/timetable.h"
#include "services/meditation/rooms/order/order.h"
#include "services/meditation/rooms/state/messages.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mindspace::meditation {

// The application's WebSocket close codes.
inline constexpr http::CloseCode kCloseTokenEnded{4401};
inline constexpr http::CloseCode kCloseNoGroup{4404};
inline constexpr http::CloseCode kCloseNoHello{4408};
inline constexpr http::CloseCode kCloseFull{4409};
inline constexpr http::CloseCode kCloseOver{4410};
inline constexpr http::CloseCode kCloseTooMany{4429};

// Identifies a socket: one connection of a user.
struct SocketOwner {
    ConnectionId connection{};
    UserId user{};
    std::string display_name;
    std::optional<std::string> avatar_url;
    Timestamp token_expires_at{};
    AuthSessionId auth_session{};
};

// ---- actions

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
    EventReason reason{};
};
struct React {
    ConnectionId from{};
    ReactionRequest request;
};
struct Flush {};  // publish the combined changes of a large room
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
};
struct Finish {
    std::optional<ConnectionId> from;  // the host's connection; nullopt if the group ended on schedule
    EventReason reason{};
};
struct Reload {};  // read the group from PostgreSQL again
struct Announce {
    RoomFacts facts;
    RoomEvent event;
};
struct HandOver {  // makes another participant the host
    UserId from{};
    UserId to{};
};
struct Tell {  // announces a changed group
    Group group;
};
struct Attend {
    std::vector<Stretch> seen;
};

// Tasks need Redis or PostgreSQL and are performed one after the other.
using Task = std::variant<Enter, Leave, React, Flush, Renew, Recall, Start, Finish, Reload, Announce, HandOver, Tell>;
using Action = std::variant<Send, Deliver, Close, Attend, Task>;
using Actions = std::vector<Action>;

// ---- inputs

struct Arrived {
    SocketOwner owner;
    Group group;  // its current state
};
struct Asked {
    ConnectionId from{};
    ClientMessage message;
};
struct TokenRenewed {
    ConnectionId connection{};
    Timestamp expires_at{};
};
struct Revoked {  // the login session that opened the socket
    ConnectionId connection{};
};
struct Lost {
    ConnectionId connection{};
};
struct Entered {
    ConnectionId connection{};
    std::optional<Entry> entry;  // nullopt: the room is full
};
struct Renewed {
    Renew task;
    Renewal renewal;
    Timestamp asked_at{};  // leases of the task that had expired by then are gone
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
    React task;  // the room's epoch differs from the task's
};
struct TooManyReactions {
    ConnectionId from{};  // the user's connection, on any node
};
struct Unflushed {
    Milliseconds due_in{};  // zero: there is nothing to flush
};
struct HandedOver {
    Group group;  // with its new host
};
struct Told {
    std::int32_t version = 0;  // of the group
};
struct Refused {
    Start task;  // the group is no longer scheduled
};
struct Failed {
    Task task;  // a service that it needs is unavailable
};
struct Interrupted {};  // events may have been missed
struct Ticked {};       // a few times a second

}  // namespace mindspace::meditation
