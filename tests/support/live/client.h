#pragma once
// One socket of a group's room, spoken by Boost.Beast: an implementation that shares no line with the server's.

#include "support/program/person.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace::integration {

// Of API.md, with which a socket ends.
inline constexpr std::uint16_t kTokenEnded = 4401;
inline constexpr std::uint16_t kGroupOver = 4410;

class LiveClient {
public:
    // Asks for the upgrade; what came of it is in status().
    LiveClient(const Program& program, const std::string& target, const Headers& headers = {})
        : LiveClient(program.port(), target, headers) {}
    // By another way to it: a proxy's port.
    LiveClient(std::uint16_t port, const std::string& target, const Headers& headers = {});
    ~LiveClient();  // breaks the connection off, without a goodbye
    LiveClient(LiveClient&&) noexcept;
    LiveClient& operator=(LiveClient&&) noexcept;

    // 101, or what the server refused with.
    [[nodiscard]] int status() const;
    // Whether the server has agreed to permessage-deflate, which is always offered.
    [[nodiscard]] bool is_packed() const;

    void send(const json::object& message);
    void send_text(std::string_view text);
    void send_binary(std::string_view octets);

    // The next frame, as it came. Throws when none comes in time, or the socket has ended.
    std::string next_text(std::chrono::milliseconds patience = kPatience);
    json::object next(std::chrono::milliseconds patience = kPatience);
    // The next frame of that type; others before it are dropped.
    json::object next(std::string_view type, std::chrono::milliseconds patience = kPatience);
    // The next room event (it has a `seq`).
    json::object next_event(std::chrono::milliseconds patience = kPatience);
    // The code of the close frame that the server ends the socket with; frames before it are dropped. Throws when it
    // does not come.
    std::uint16_t close_code(std::chrono::milliseconds patience = kPatience);
    void break_off();

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

// With an access token.
LiveClient open_socket(const Person& person, const std::string& group);
// Opens a socket by a ticket and says hello (`resume` is its member, if any).
struct Joined {
    LiveClient socket;
    json::object welcome;
};
Joined join(Person& person, const std::string& group, std::optional<json::object> resume = {});
// By another way.
Joined join_by(std::uint16_t port, Person& person, const std::string& group, std::optional<json::object> resume = {});

std::int64_t number_of(const json::object& object, std::string_view member);

std::string create_group(Person& host, json::object details = {});
std::string group_path(const std::string& id, std::string_view below = {});

}  // namespace mindspace::integration
