#pragma once
// Who may open a group's socket: the page it comes from (Origin), the credentials, the group. Everything that can be
// refused is refused before the upgrade, with a status; what is known only in the room closes the socket.

#include "platform/http/wire/response.h"
#include "services/meditation/groups/tickets.h"
#include "services/meditation/rooms/live/rooms.h"

namespace mindspace::meditation {

// What the request for a socket says; taken from its head before anything is waited for.
struct SocketRequest {
    GroupId group{};
    std::string host;
    std::optional<std::string> origin;
    std::optional<std::string> ticket;
    std::optional<std::string> access_token;
};

class SocketAdmission {
public:
    SocketAdmission(LiveRooms& rooms, LiveBackends backends, http::Guard& guard, const LiveSettings& settings);

    // The answer 101, which serves the socket, or closes it with 4404 when there is no such group. Error: forbidden
    // `origin_not_allowed`; unauthenticated.
    Awaitable<Result<http::Response>> open(SocketRequest request);

private:
    [[nodiscard]] bool is_allowed(const SocketRequest& request) const;
    Awaitable<Result<TicketGrant>> authenticate(SocketRequest request);

    LiveRooms& rooms_;
    postgres::Client& database_;
    GroupTickets tickets_;
    http::Guard& guard_;
    const LiveSettings& settings_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
