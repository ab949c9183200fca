#pragma once
// A client of a room in tests, and what it makes of its frames. Each is checked (EXPECT).

#include "services/meditation/rooms/state/actions.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mindspace::meditation {

struct TestClient {
    SocketOwner guest;
    bool is_welcome = false;
    std::optional<http::CloseCode> closed;
    std::optional<ResumePoint> resume;  // what it asked for
    std::string epoch;
    std::int64_t seq = 0;
    std::int64_t replayed_until = 0;  // the welcome told of all that happened until then
    std::int64_t count = 0;           // of participants, as last told
    UserId host{};
    std::set<UserId> present;
    std::map<UserId, std::string> names;  // as last heard of
    // Redis forgot the room meanwhile; or the room is so large that not all are named: then `present` is not exact.
    bool is_rebuilt = false;
    bool is_partial = false;
    std::vector<std::string> errors;
    std::vector<EventType> heard;

    void receive(const std::string& text);
    void hear(const RoomEvent& event);

private:
    void be_welcomed(const schema::json::object& welcome);
    void note_presence(const RoomEvent& event);
};

}  // namespace mindspace::meditation
