#pragma once
// A socket for what no client library would send: half a request, two at once, another protocol.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace mindspace::integration {

class RawConnection {
public:
    // To a port of this machine. Throws when nobody listens.
    explicit RawConnection(std::uint16_t port);
    // To a Unix socket.
    explicit RawConnection(const std::filesystem::path& socket);
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    void send(std::string_view octets) const;
    // What has come in up to and including `end`; throws when that does not come.
    std::string receive_until(std::string_view end);
    // What comes until the other side ends; throws when it does not.
    std::string receive_all();

private:
    bool receive_some();

    int socket_;
    std::string received_;
};

// Whether somebody listens there.
bool is_listening(std::uint16_t port);

}  // namespace mindspace::integration
