#include "services/meditation/rooms/state/protocol.h"

#include "services/meditation/rooms/state/messages.h"

namespace mindspace::meditation {

using http::socket_message;

namespace {

std::vector<http::SocketMessage> from_client() {
    return {
        socket_message<Hello>("hello",
                              "The first frame, within 5 s; with `resume` what was missed since is asked for."),
        socket_message<StartMessage>("start", "The host begins the meditation."),
        socket_message<EndMessage>("end", "The host ends it."),
        socket_message<ReactionMessage>(
            "reaction", "A sign to all; 5 of a user at once, then one every 2 s. `ref` comes back to everyone."),
        socket_message<TimeMessage>("time", "Asks for the server's clock."),
        socket_message<AuthMessage>("auth", "A new access token, before the old one ends."),
        socket_message<LeaveMessage>("leave", "A clean goodbye; the server closes with 1000."),
    };
}

// An event in the order of the room.
http::SocketMessage event(std::string_view name, std::string_view summary, std::vector<std::string_view> members) {
    members.insert(members.end(), {"seq", "epoch"});
    return socket_message<RoomEvent>(name, summary, std::move(members));
}

std::vector<http::SocketMessage> from_server() {
    return {
        socket_message<Welcome>("welcome", "Answers hello. If `resumed`, the missed events follow."),
        event("join", "Somebody came.", {"participant", "participantCount"}),
        event("leave", "Somebody went.", {"participant", "participantCount", "reason"}),
        event("presence",
              "Rooms above 100: how many there are, and some of those who came and went. In `joined`, in any "
              "room, also those who have another name or picture from now on.",
              {"participantCount", "joined", "left"}),
        event("start", "The timetable; `bells` are milliseconds from `startsAt`.",
              {"startsAt", "endsAt", "bells", "by"}),
        event("end", "The meditation is over; the socket closes with 4410 soon.", {"endedAt", "reason"}),
        event("reaction", "A sign of somebody; in rooms above 100 only how many of each kind.",
              {"from?", "kind?", "ref?", "counts?"}),
        event("group", "The group was changed, or has another host.", {"group", "version"}),
        socket_message<TimeResponse>("time", "As in NTP: `t1` when the question came, `t2` when the answer goes."),
        socket_message<Reauth>("reauth", "The access token ends in so many seconds; then 4401."),
        socket_message<Drain>("drain", "Come back, to another node, after that time; 1012 follows."),
        socket_message<ErrorMessage>("error", "A frame was not understood or not allowed; nothing else happened."),
    };
}

}  // namespace

http::SocketProtocol room_protocol() {
    return {
        .name = "room",
        .path = "/api/v1/groups/{id}/live",
        .summary =
            "One text frame a message. Room events are numbered by `seq` within an `epoch`. Clock values are "
            "milliseconds since 1970. Close codes: 4401 token ended, 4404 no such group, 4408 no hello, 4409 "
            "full, 4410 over, 4429 too many messages or sockets, 1000 after leave, 1003 binary, 1009 too long, 1011 "
            "fault, 1012 node restarting, 1013 overloaded.",
        .from_client = from_client(),
        .from_server = from_server()};
}

}  // namespace mindspace::meditation
