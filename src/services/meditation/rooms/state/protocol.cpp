#include "services/meditation/rooms/state/protocol.h"

#include "services/meditation/rooms/state/messages.h"

namespace mindspace::meditation {

using http::socket_message;

namespace {

std::vector<http::SocketMessage> from_client() {
    return {
        socket_message<Hello>(
            "hello", "Must be the first message, within 5 seconds. `resume` requests the events missed since."),
        socket_message<StartMessage>("start", "Starts the meditation. Only for the host."),
        socket_message<EndMessage>("end", "Ends the meditation. Only for the host."),
        socket_message<ReactionMessage>(
            "reaction",
            "Sends a reaction to all participants. At most 5 per user in any 10 seconds. `ref` is included in "
            "the event."),
        socket_message<TimeMessage>("time", "Requests the server time."),
        socket_message<AuthMessage>("auth", "Sends a new access token before the current one expires."),
        socket_message<LeaveMessage>("leave", "Leaves the group. The server closes the socket with 1000."),
    };
}

// An event in the order of the room.
http::SocketMessage event(std::string_view name, std::string_view summary, std::vector<std::string_view> members) {
    members.insert(members.end(), {"seq", "epoch"});
    return socket_message<RoomEvent>(name, summary, std::move(members));
}

std::vector<http::SocketMessage> from_server() {
    return {
        socket_message<Welcome>(
            "welcome",
            "Response to `hello`. If `resumed` is true, the missed events follow. `bells` are milliseconds after "
            "`startsAt`."),
        event("join", "A participant joined.", {"participant", "participantCount"}),
        event("leave", "A participant left.", {"participant", "participantCount", "reason"}),
        event("presence",
              "In rooms with more than 100 participants: the number of participants, and some of those who joined and "
              "left. In any room, `joined` also has participants whose name or picture has changed.",
              {"participantCount", "joined", "left"}),
        event("start", "The meditation starts. `bells` are milliseconds after `startsAt`.",
              {"startsAt", "endsAt", "bells", "by"}),
        event("end", "The meditation has ended. The socket closes with 4410 soon.", {"endedAt", "reason"}),
        event("reaction",
              "A reaction of a participant. In rooms with more than 100 participants: the number of each kind.",
              {"from?", "kind?", "ref?", "counts?"}),
        event("group", "The group was changed or has a new host.", {"group", "version"}),
        socket_message<TimeResponse>("time",
                                     "As in NTP: `t1` is when the request arrived, `t2` when the response was sent."),
        socket_message<Reauth>("reauth",
                               "The access token expires in `expiresIn` seconds. Then the socket closes with 4401."),
        socket_message<Drain>("drain",
                              "The node is stopping: reconnect after `reconnectInMs`. The socket closes with 1012."),
        socket_message<ErrorMessage>("error", "A message was invalid or not allowed, and had no effect."),
    };
}

}  // namespace

http::SocketProtocol room_protocol() {
    return {.name = "room",
            .path = "/api/v1/groups/{id}/live",
            .summary =
                "Each message is one text frame. Room events are numbered by `seq` within an `epoch`. Times are "
                "milliseconds "
                "since 1970. Close codes: 4401 token expired, 4404 group not found, 4408 no hello, 4409 group full, "
                "4410 group "
                "ended, 4429 too many messages or sockets, 1000 after leave, 1003 binary message, 1009 message too "
                "long, 1011 "
                "internal error, 1012 node stopping, 1013 overloaded.",
            .from_client = from_client(),
            .from_server = from_server()};
}

}  // namespace mindspace::meditation
