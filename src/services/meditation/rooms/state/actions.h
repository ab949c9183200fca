#pragma once
// The inputs of a room (room.h), and the actions that it returns. Values only.

#include "platform/http/websocket/codec.h"
#include "services/meditation/groups/timetable.h"
#include "services/meditation/rooms/order/order.h"
#include "services/meditation/rooms/state/messages.h"

#include <optional>
#include <string>
#include <string_view>
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
    std::optional<Timestamp> starts_at{};  // of an event that announces the start
    std::optional<Timestamp> ended_at{};   // of one that announces the end
};
struct Close {
    ConnectionId connection{};
    http::CloseCode code{};
};
struct Enter {
    static constexpr std::string_view kSpan = "room enter";
    EnterRequest request;
};
struct Leave {
    static constexpr std::string_view kSpan = "room leave";
    Lease lease;
    EventReason reason{};
};
struct React {
    static constexpr std::string_view kSpan = "room react";
    ConnectionId from{};
    ReactionRequest request;
};
struct Flush {  // publish the combined changes of a large room
    static constexpr std::string_view kSpan = "room flush";
};
struct RenewLeases {
    static constexpr std::string_view kSpan = "room renew leases";
    std::vector<Lease> leases;
    bool is_complete = false;  // all leases of this core
};
struct ReplayEvents {
    static constexpr std::string_view kSpan = "room replay events";
    std::string epoch;
    std::int64_t after = 0;
};
struct Start {
    static constexpr std::string_view kSpan = "room start";
    ConnectionId from{};
    UserId host{};
    Timestamp starts_at{};
};
struct Finish {
    static constexpr std::string_view kSpan = "room finish";
    std::optional<ConnectionId> from;  // the host's connection; nullopt if the group ended on schedule
    EventReason reason{};
};
struct ReloadGroup {  // read the group from PostgreSQL again
    static constexpr std::string_view kSpan = "room reload group";
};
struct Announce {
    static constexpr std::string_view kSpan = "room announce";
    RoomFacts facts;
    RoomEvent event;
};
struct HandOverHost {  // makes another participant the host
    static constexpr std::string_view kSpan = "room hand over host";
    UserId from{};
    UserId to{};
};
struct AnnounceChange {  // announces a changed group
    static constexpr std::string_view kSpan = "room announce change";
    Group group;
};
struct RecordAttendance {
    std::vector<AttendanceInterval> seen;
};

// Tasks need Redis or PostgreSQL and are performed one after the other; kSpan names them in traces.
using Task = std::variant<Enter, Leave, React, Flush, RenewLeases, ReplayEvents, Start, Finish, ReloadGroup, Announce,
                          HandOverHost, AnnounceChange>;
using Action = std::variant<Send, Deliver, Close, RecordAttendance, Task>;
using Actions = std::vector<Action>;

// ---- inputs

struct SocketOpened {
    SocketOwner owner;
    Group group;  // its current state
};
struct MessageReceived {
    ConnectionId from{};
    ClientMessage message;
};
struct TokenRenewed {
    ConnectionId connection{};
    Timestamp expires_at{};
};
struct LoginSessionRevoked {  // the login session that opened the socket
    ConnectionId connection{};
};
struct SocketLost {
    ConnectionId connection{};
};
struct ParticipantEntered {
    ConnectionId connection{};
    std::optional<EnterResult> entry;  // nullopt: the room is full
};
struct LeasesRenewed {
    RenewLeases task;
    RenewResult renewal;
    Timestamp requested_at{};  // leases of the task that had expired by then are gone
};
struct EventReceived {
    OrderedEvent event;
};
struct EventsReplayed {
    ReplayEvents task;
    History history;
};
struct GroupReloaded {
    Group group;
};
struct ReactionOutdated {
    React task;  // the room's epoch differs from the task's
};
struct TooManyReactions {
    ConnectionId from{};  // the user's connection, on any node
};
struct FlushDue {
    Milliseconds due_in{};  // zero: there is nothing to flush
};
struct HostHandedOver {
    Group group;  // with its new host
};
struct ChangeAnnounced {
    std::int32_t version = 0;  // of the group
};
struct StartRefused {
    Start task;  // the group is no longer scheduled
};
struct TaskFailed {
    Task task;  // a service that it needs is unavailable
};
struct SubscriptionInterrupted {};  // events may have been missed
struct ClockTicked {};              // a few times a second

}  // namespace mindspace::meditation
