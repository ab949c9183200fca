#pragma once
// Who may open a group's socket: checks the page that it comes from (Origin), the credentials and the group. Everything
// that can be refused before the upgrade is refused with a status; what is known only in the room closes the socket.

#include "platform/http/wire/response.h"
#include "services/meditation/groups/tickets.h"
#include "services/meditation/rooms/live/rooms.h"

namespace mindspace::meditation {

// The parts of a socket request that are needed later; copied from its head before anything is awaited.
struct SocketRequest {
    GroupId group{};
    std::string host;
    std::optional<std::string> origin;
    std::optional<std::string> ticket;
    std::optional<std::string> access_token;
};

class SocketAdmission {
public:
    SocketAdmission(LiveRooms& rooms, LiveBackends backends, http::AccessControl access, const LiveSettings& settings);

    // The 101 response, which serves the socket, or closes it with 4404 if there is no such group. Error: forbidden
    // `origin_not_allowed`; unauthenticated.
    Awaitable<Result<http::Response>> open(SocketRequest request);

private:
    [[nodiscard]] bool is_allowed(const SocketRequest& request) const;
    Awaitable<Result<TicketGrant>> authenticate(SocketRequest request);

    LiveRooms& rooms_;
    postgres::Client& database_;
    GroupTickets tickets_;
    http::AccessControl access_;
    const LiveSettings& settings_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
