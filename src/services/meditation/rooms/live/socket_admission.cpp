#include "services/meditation/rooms/live/socket_admission.h"

#include "platform/http/wire/syntax.h"
#include "platform/postgres/connection/client.h"
#include "services/user/client.h"

#include <algorithm>

namespace mindspace::meditation {

namespace {

Error unauthenticated(std::string reason, std::string detail) {
    return {ErrorCode::unauthenticated, std::move(reason), std::move(detail), {}};
}

// "https://mind.example:8443/app" → "https://mind.example:8443"
std::string_view origin_of(std::string_view url) {
    auto authority = url.find("://");
    if (authority == std::string_view::npos) return url;
    return url.substr(0, url.find('/', authority + 3));
}

std::string_view authority_of(std::string_view origin) {
    auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

Awaitable<> close_and_wait(std::shared_ptr<http::WebSocket> socket, http::CloseCode code) {
    socket->close(code);
    co_await socket->receive();  // until the client has closed, too
}

// A browser sees a close code, but not the status of a refused handshake.
http::Response close_after_upgrade(http::CloseCode code) {
    http::Response response{.status = 101, .body = {}};
    response.upgrade = [code](std::shared_ptr<http::WebSocket> socket) {
        return close_and_wait(std::move(socket), code);
    };
    return response;
}

}  // namespace

SocketAdmission::SocketAdmission(LiveRooms& rooms, LiveBackends backends, http::AccessControl access,
                                 const LiveSettings& settings)
    : rooms_(rooms), database_(backends.database), tickets_(backends.redis), access_(access), settings_(settings) {}

Awaitable<Result<http::Response>> SocketAdmission::open(SocketRequest request) {
    if (!is_allowed(request))
        co_return Error{ErrorCode::forbidden, "origin_not_allowed", "This origin is not allowed to open sockets.", {}};
    auto grant = co_await authenticate(request);
    if (!grant) co_return grant.error();
    GroupStore store(database_);
    auto group = co_await store.find(request.group);
    if (!group) co_return close_after_upgrade(kCloseNoGroup);
    auto user = co_await user::find_user(database_, grant->user);
    if (!user) co_return unauthenticated("user_gone", "This account no longer exists.");

    SocketOwner owner{.connection = ConnectionId::make(clock_.now()),
                      .user = user->id,
                      .display_name = std::move(user->display_name),
                      .avatar_url = std::move(user->avatar_url),
                      .token_expires_at = grant->token_expires_at,
                      .auth_session = grant->auth_session};
    http::Response response{.status = 101, .body = {}};
    response.upgrade = [&rooms = rooms_, owner = std::move(owner),
                        group = std::move(*group)](std::shared_ptr<http::WebSocket> socket) mutable {
        return rooms.serve(std::move(owner), std::move(group), std::move(socket));
    };
    co_return response;
}

// Without an Origin the client is not a browser; with one, it must be ours or one of those in the settings.
bool SocketAdmission::is_allowed(const SocketRequest& request) const {
    if (!request.origin) return true;
    std::string_view origin = *request.origin;
    if (http::equals_ignoring_case(origin, origin_of(settings_.public_url))) return true;
    if (!request.host.empty() && http::equals_ignoring_case(authority_of(origin), request.host)) return true;
    return std::ranges::any_of(settings_.allowed_origins, [&](std::string_view allowed) {
        return allowed == "*" || http::equals_ignoring_case(allowed, origin);
    });
}

Awaitable<Result<TicketGrant>> SocketAdmission::authenticate(SocketRequest request) {
    if (request.ticket) {
        auto grant = co_await tickets_.redeem(request.group, std::move(*request.ticket));
        if (!grant) co_return unauthenticated("invalid_ticket", "The ticket is invalid or has expired.");
        co_return *grant;
    }
    if (!request.access_token)
        co_return unauthenticated("credentials_missing", "A ticket or an access token is required.");
    auto principal = co_await http::authenticate(access_, *request.access_token);
    if (!principal) co_return principal.error();
    co_return TicketGrant{
        .user = principal->user, .auth_session = principal->auth_session, .token_expires_at = principal->expires_at};
}

}  // namespace mindspace::meditation
