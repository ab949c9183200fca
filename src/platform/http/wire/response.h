#pragma once
// The response that a handler returns. The server writes the status line, Date, lengths and the security headers.

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

// Receives the content of a response while it is produced.
class BodyWriter {
public:
    virtual ~BodyWriter() = default;
    // Returns once the part is written to the connection, which may wait for a slow client. False: the client no longer
    // reads; stop. `part` must stay valid until then.
    virtual Awaitable<bool> write(std::string_view part) = 0;
};

// Content that is too large to hold in memory, or not completely known yet.
struct BodyStream {
    std::optional<std::uint64_t> length;  // of the entire content, if known
    // Writes the entire content. False, or a fault, aborts the response, so that the client sees that it is incomplete.
    std::move_only_function<Awaitable<bool>(BodyWriter&)> write;
};

// Creates the last message to a client of a server that shuts down; the client is to reconnect within `window`.
using DrainMessage = std::string (*)(std::chrono::milliseconds window);

struct Response {
    int status = 200;
    std::string_view content_type = kJson;  // static string; not sent if there is no body
    std::string body;
    std::vector<std::pair<std::string_view, std::string>> headers{};
    // With status 101: takes over the connection once the handshake is sent.
    std::move_only_function<Awaitable<>(std::shared_ptr<WebSocket>)> upgrade{};
    // With status 101, instead of `upgrade`: a connection to another server that has just opened the socket; bytes are
    // forwarded between it and the client.
    std::shared_ptr<ClientConnection> tunnel{};
    DrainMessage drain_message = nullptr;  // for the tunnel's client when this server drains
    // Instead of `body`.
    std::optional<BodyStream> stream{};
    // The fields of another server's response, each line with its CR LF. The server then adds only `headers` and the
    // framing fields.
    std::optional<std::string> forwarded_fields{};

    // The length of the content, 0 if unknown; also the length that a response to HEAD states.
    [[nodiscard]] std::uint64_t content_length() const { return stream ? stream->length.value_or(0) : body.size(); }
};

// Adds a request field that the response depends on to Vary (RFC 9110 section 12.5.5); keeps those already there.
void add_vary(Response& response, std::string_view field);

}  // namespace mindspace::http
