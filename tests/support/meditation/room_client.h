#pragma once
// A simulated client of a room. It checks each frame (EXPECT) and tracks the state that the frames describe.

#include "services/meditation/rooms/state/actions.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mindspace::meditation {

struct TestClient {
    SocketOwner owner;
    bool is_welcomed = false;
    std::optional<http::CloseCode> closed;
    std::optional<ResumePoint> resume;  // the requested resume point
    std::string epoch;
    std::int64_t seq = 0;
    std::int64_t replayed_until = 0;  // the welcome includes all events up to this one
    std::int64_t count = 0;           // of participants, as last announced
    UserId host{};
    std::set<UserId> present;
    std::map<UserId, std::string> names;  // as last announced
    // Redis has lost the room, or the room is so large that not all are named: then `present` is not exact.
    bool is_rebuilt = false;
    bool is_partial = false;
    std::vector<std::string> errors;
    std::vector<EventType> received;

    void receive(const std::string& text);
    void receive_event(const RoomEvent& event);

private:
    void receive_welcome(const schema::json::object& welcome);
    void note_presence(const RoomEvent& event);
};

}  // namespace mindspace::meditation
