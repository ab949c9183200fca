#pragma once
// A client socket of a group's room, implemented with Boost.Beast so that it shares no code with the server.

#include "support/program/person.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::integration {

// Close codes of the API.
inline constexpr std::uint16_t kTokenEnded = 4401;
inline constexpr std::uint16_t kGroupEnded = 4410;

class LiveClient {
public:
    // Requests the upgrade; status() has the result.
    LiveClient(const Program& program, const std::string& target, const Headers& headers = {})
        : LiveClient(program.port(), target, headers) {}
    // Through another port, such as a proxy's.
    LiveClient(std::uint16_t port, const std::string& target, const Headers& headers = {});
    ~LiveClient();  // drops the connection without a close frame
    LiveClient(LiveClient&&) noexcept;
    LiveClient& operator=(LiveClient&&) noexcept;

    // 101, or the status of the refusal.
    [[nodiscard]] int status() const;
    // Whether the server accepted permessage-deflate, which is always offered.
    [[nodiscard]] bool is_compressed() const;

    void send(const json::object& message);
    void send_text(std::string_view text);
    void send_binary(std::string_view bytes);

    // The next frame, unparsed. Throws if none arrives in time, or the socket has ended.
    std::string next_text(std::chrono::milliseconds timeout = kTimeout);
    json::object next(std::chrono::milliseconds timeout = kTimeout);
    // The next frame of that type; earlier ones of other types are discarded.
    json::object next(std::string_view type, std::chrono::milliseconds timeout = kTimeout);
    // The next room event (it has a `seq`).
    json::object next_event(std::chrono::milliseconds timeout = kTimeout);
    // The code of the server's close frame; earlier frames are discarded. Throws if it does not arrive.
    std::uint16_t close_code(std::chrono::milliseconds timeout = kTimeout);
    void disconnect();

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

// Opens a socket with an access token.
LiveClient open_socket(const Person& person, const std::string& group);
// Opens a socket with a ticket and sends hello, with the member `resume` if given.
struct Joined {
    LiveClient socket;
    json::object welcome;
};
Joined join(Person& person, const std::string& group, std::optional<json::object> resume = {});
// The same through another port.
Joined join_through(std::uint16_t port, Person& person, const std::string& group,
                    std::optional<json::object> resume = {});

std::int64_t number_of(const json::object& object, std::string_view member);

std::string create_group(Person& host, json::object details = {});
std::string group_path(const std::string& id, std::string_view below = {});

}  // namespace mindspace::integration
