#pragma once
// The messages between one client and the server on a group's socket; the events that all clients of a room receive are
// in events.h. One JSON object per frame.

#include "services/meditation/rooms/state/events.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

namespace mindspace::meditation {

// ---- from the client

enum class MessageType { hello, start, end, reaction, time, auth, leave };
constexpr auto names_of(MessageType) {
    return std::array<std::string_view, 7>{"hello", "start", "end", "reaction", "time", "auth", "leave"};
}

// The last event that a client has received.
struct ResumePoint {
    std::string epoch;
    std::int64_t seq = 0;

    static constexpr std::string_view kName = "ResumePoint";
    static constexpr auto fields() {
        return std::tuple{field("epoch", &ResumePoint::epoch, {.max = 64, .text = schema::Text::exact}),
                          field("seq", &ResumePoint::seq, {.min = 0})};
    }
};

struct Hello {
    MessageType type{};
    std::optional<ResumePoint> resume;

    static constexpr std::string_view kName = "Hello";
    static constexpr auto fields() { return std::tuple{field("type", &Hello::type), field("resume", &Hello::resume)}; }
};

struct StartMessage {
    MessageType type{};
    std::int32_t countdown_seconds = 0;

    static constexpr std::string_view kName = "StartMessage";
    static constexpr auto fields() {
        return std::tuple{
            field("type", &StartMessage::type),
            field("countdownSeconds", &StartMessage::countdown_seconds, {.min = 0, .max = 60, .optional = true})};
    }
};

struct EndMessage {
    MessageType type{};

    static constexpr std::string_view kName = "EndMessage";
    static constexpr auto fields() { return std::tuple{field("type", &EndMessage::type)}; }
};

struct ReactionMessage {
    MessageType type{};
    ReactionKind kind{};
    std::optional<std::string> ref;

    static constexpr std::string_view kName = "ReactionMessage";
    static constexpr auto fields() {
        return std::tuple{field("type", &ReactionMessage::type), field("kind", &ReactionMessage::kind),
                          field("ref", &ReactionMessage::ref, {.max = 64, .text = schema::Text::exact})};
    }
};

struct TimeMessage {
    MessageType type{};
    ClockValue t0 = 0;

    static constexpr std::string_view kName = "TimeMessage";
    static constexpr auto fields() {
        return std::tuple{field("type", &TimeMessage::type), field("t0", &TimeMessage::t0)};
    }
};

struct AuthMessage {
    MessageType type{};
    std::string access_token;

    static constexpr std::string_view kName = "AuthMessage";
    static constexpr auto fields() {
        return std::tuple{field("type", &AuthMessage::type),
                          field("accessToken", &AuthMessage::access_token, {.text = schema::Text::exact})};
    }
};

struct LeaveMessage {
    MessageType type{};

    static constexpr std::string_view kName = "LeaveMessage";
    static constexpr auto fields() { return std::tuple{field("type", &LeaveMessage::type)}; }
};

using ClientMessage =
    std::variant<Hello, StartMessage, EndMessage, ReactionMessage, TimeMessage, AuthMessage, LeaveMessage>;

// Error: malformed or invalid, with a sentence for the client.
Result<ClientMessage> parse_message(std::string_view text);

// ---- from the server, to one client

enum class ServerMessageType { welcome, time, reauth, drain, error };
constexpr auto names_of(ServerMessageType) {
    return std::array<std::string_view, 5>{"welcome", "time", "reauth", "drain", "error"};
}

struct Welcome {
    ServerMessageType type = ServerMessageType::welcome;
    Participant self;
    Group group;
    std::vector<Participant> participants;  // the first to arrive
    std::int64_t participant_count = 0;
    GroupState state{};
    std::optional<ClockValue> starts_at;
    std::optional<ClockValue> ends_at;
    std::optional<std::vector<std::int64_t>> bells;  // milliseconds from starts_at
    std::string epoch;
    std::int64_t seq = 0;  // the room's last event; with `resumed`, the missed events up to this one follow
    ClockValue server_time = 0;
    bool resumed = false;

    static constexpr std::string_view kName = "Welcome";
    static constexpr auto fields() {
        using W = Welcome;
        constexpr schema::Rules kIfAny{.omit_absent = true};
        return std::tuple{field("type", &W::type),
                          field("self", &W::self),
                          field("group", &W::group),
                          field("participants", &W::participants),
                          field("participantCount", &W::participant_count),
                          field("state", &W::state),
                          field("startsAt", &W::starts_at, kIfAny),
                          field("endsAt", &W::ends_at, kIfAny),
                          field("bells", &W::bells, kIfAny),
                          field("epoch", &W::epoch),
                          field("seq", &W::seq),
                          field("serverTime", &W::server_time),
                          field("resumed", &W::resumed)};
    }
};

// As in NTP: t1 when the request arrived, t2 when the response is sent.
struct TimeResponse {
    ServerMessageType type = ServerMessageType::time;
    ClockValue t0 = 0;
    ClockValue t1 = 0;
    ClockValue t2 = 0;

    static constexpr std::string_view kName = "TimeResponse";
    static constexpr auto fields() {
        return std::tuple{field("type", &TimeResponse::type), field("t0", &TimeResponse::t0),
                          field("t1", &TimeResponse::t1), field("t2", &TimeResponse::t2)};
    }
};

struct Reauth {
    ServerMessageType type = ServerMessageType::reauth;
    std::int64_t expires_in = 0;

    static constexpr std::string_view kName = "Reauth";
    static constexpr auto fields() {
        return std::tuple{field("type", &Reauth::type), field("expiresIn", &Reauth::expires_in)};
    }
};

struct Drain {
    ServerMessageType type = ServerMessageType::drain;
    std::int64_t reconnect_in_ms = 0;

    static constexpr std::string_view kName = "Drain";
    static constexpr auto fields() {
        return std::tuple{field("type", &Drain::type), field("reconnectInMs", &Drain::reconnect_in_ms)};
    }
};

// The text of a Drain message. A client that receives it reconnects at a random moment within `window`.
std::string drain_message(Milliseconds window);

struct ErrorMessage {
    ServerMessageType type = ServerMessageType::error;
    std::string code;
    std::string message;

    static constexpr std::string_view kName = "ErrorMessage";
    static constexpr auto fields() {
        return std::tuple{field("type", &ErrorMessage::type), field("code", &ErrorMessage::code),
                          field("message", &ErrorMessage::message)};
    }
};

}  // namespace mindspace::meditation
