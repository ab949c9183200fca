#pragma once
// What a handler answers with. The server writes the status line, Date, lengths and the security headers.

#include "platform/async/awaitable.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::http {

class ClientConnection;
class WebSocket;

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";

// Takes the content of an answer while it is made.
class BodyWriter {
public:
    virtual ~BodyWriter() = default;
    // Returns once the part is on its way, as fast as the client reads. False: nobody reads any more; stop. The part
    // must stay until then.
    virtual Awaitable<bool> write(std::string_view part) = 0;
};

// Content too large to be held, or not all known yet.
struct BodyStream {
    std::optional<std::uint64_t> length;  // of all of it, if it is known
    // Writes it all. False, or a fault, breaks the answer off, so that the client sees that it is not whole.
    std::move_only_function<Awaitable<bool>(BodyWriter&)> write;
};

// Makes the last message to a client whose server leaves, which is to come back within that time.
using Farewell = std::string (*)(std::chrono::milliseconds window);

struct Response {
    int status = 200;
    std::string_view content_type = kJson;  // static text; not sent when there is no body
    std::string body;
    std::vector<std::pair<std::string_view, std::string>> headers{};
    // With status 101: takes the connection over once the handshake is sent.
    std::move_only_function<Awaitable<>(std::shared_ptr<WebSocket>)> upgrade{};
    // With status 101, instead of `upgrade`: a connection to another server that has just opened the socket; octets
    // pass between it and the client.
    std::shared_ptr<ClientConnection> tunnel{};
    Farewell farewell = nullptr;  // of the tunnel's client when this server drains
    // Instead of `body`.
    std::optional<BodyStream> stream{};
    // Fields of another server's answer, each line with its end. They are then all but `headers` and the framing.
    std::optional<std::string> forwarded_fields{};

    // Of the content, as far as it is known; what HEAD says of it included.
    [[nodiscard]] std::uint64_t content_length() const { return stream ? stream->length.value_or(0) : body.size(); }
};

// Names a request field that the answer depends on (RFC 9110 section 12.5.5), beside those named already.
void add_vary(Response& response, std::string_view field);

}  // namespace mindspace::http
