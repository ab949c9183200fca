#include "services/meditation/rooms/live/connection.h"

#include "platform/async/cancellation.h"
#include "platform/telemetry/log/log.h"

#include <chrono>

namespace mindspace::meditation {

namespace {

ClockValue clock_value_now() {
    return std::chrono::duration<ClockValue, std::milli>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Connection {
    std::shared_ptr<LiveRoom> room;
    std::shared_ptr<http::WebSocket> socket;
    SocketIds ids;
    http::AccessControl access;
    http::SessionWatch watch{};

    void send(const auto& frame) { socket->send(http::make_text_frame(schema::to_json(frame))); }
    void refuse(const Error& error) { send(ErrorMessage{.code = error.reason, .message = error.detail}); }
};

// A socket lives no longer than the login session that opened it.
void watch_session(Connection& connection, AuthSessionId session) {
    auto on_revoked = [room = connection.room, id = connection.ids.connection] {
        room->apply(LoginSessionRevoked{id});
    };
    connection.watch = connection.access.revocations.watch(connection.ids.user, session, std::move(on_revoked));
}

Awaitable<> renew_token(Connection& connection, std::string access_token) {
    auto principal = co_await http::authenticate(connection.access, access_token);
    if (!principal) co_return connection.refuse(principal.error());
    if (principal->user != connection.ids.user)
        co_return connection.refuse({ErrorCode::forbidden, "forbidden", "The token belongs to another user.", {}});
    watch_session(connection, principal->auth_session);
    connection.room->apply(TokenRenewed{connection.ids.connection, principal->expires_at});
}

Awaitable<> handle(Connection& connection, std::string text, ClockValue received_at) {
    auto message = parse_message(text);
    if (!message) co_return connection.refuse(message.error());
    if (const auto* time = std::get_if<TimeMessage>(&*message)) {
        connection.send(TimeResponse{.t0 = time->t0, .t1 = received_at, .t2 = clock_value_now()});
    } else if (auto* auth = std::get_if<AuthMessage>(&*message)) {
        co_await renew_token(connection, std::move(auth->access_token));
    } else {
        connection.room->apply(MessageReceived{connection.ids.connection, std::move(*message)});
    }
}

Awaitable<> handle_or_fail(Connection& connection, std::string text, ClockValue received_at) {
    try {
        co_await handle(connection, std::move(text), received_at);
    } catch (const Unavailable&) {
        connection.refuse({ErrorCode::unavailable,
                           "unavailable",
                           "A part of the service is temporarily unavailable. Try again.",
                           {}});
    } catch (const std::exception& fault) {
        if (is_cancellation(fault)) throw;
        log::error("socket message failed", {{"event.action", "internal_error"}, {"error.message", fault.what()}});
        connection.socket->close(http::CloseCode::internal_error);
    }
}

}  // namespace

Awaitable<> serve_connection(std::shared_ptr<LiveRoom> room, std::shared_ptr<http::WebSocket> socket, SocketIds ids,
                             http::AccessControl access, const limits::Policy& frames) {
    Connection connection{std::move(room), std::move(socket), ids, access};
    watch_session(connection, connection.ids.auth_session);
    http::WebSocketLimits limits{.frames = &frames, .flood_code = kCloseTooMany};
    connection.socket->set_limits(limits);
    while (true) {
        auto message = co_await connection.socket->receive();
        if (!message) break;
        auto received_at = clock_value_now();
        co_await handle_or_fail(connection, std::move(message->payload), received_at);
    }
}

}  // namespace mindspace::meditation
