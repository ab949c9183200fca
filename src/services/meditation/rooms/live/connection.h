#pragma once
// One socket from its opening to its end: reads frames, responds to those that need no room (clock, a new access
// token), and passes the others to the room. The boundary of socket messages: faults end here.

#include "platform/http/access/access_control.h"
#include "services/meditation/rooms/live/room.h"

namespace mindspace::meditation {

// Which connection of the room it is. The room knows the rest of its owner.
struct SocketIds {
    ConnectionId connection{};
    UserId user{};
    AuthSessionId auth_session{};
};

// Returns when the socket, which the room has already, has ended. What `access` names and the room uses must outlive
// it.
Awaitable<> serve_connection(std::shared_ptr<LiveRoom> room, std::shared_ptr<http::WebSocket> socket, SocketIds ids,
                             http::AccessControl access, const limits::Policy& frames);

}  // namespace mindspace::meditation
