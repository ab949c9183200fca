#pragma once
// A socket for bytes that no client library would send: half a request, two at once, another protocol.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mindspace::integration {

class RawConnection {
public:
    // To a port of this machine. Throws if nothing listens there.
    explicit RawConnection(std::uint16_t port);
    // To a Unix socket.
    explicit RawConnection(const std::filesystem::path& socket);
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    void send(std::string_view bytes) const;
    // Reads up to and including `end`; throws if it does not arrive.
    std::string receive_until(std::string_view end);
    // Reads until the peer closes; throws if it does not.
    std::string receive_all();

private:
    bool receive_some();

    int socket_;
    std::string received_;
};

// Whether something listens on this port.
bool is_listening(std::uint16_t port);

}  // namespace mindspace::integration
