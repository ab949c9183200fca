#pragma once
// What a handler answers with. The server writes the status line, Date, lengths and the security headers.

#include "platform/base/async.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::http {

class WebSocket;

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";

struct Response {
    int status = 200;
    std::string_view content_type = kJson;  // static text; not sent when there is no body
    std::string body;
    std::vector<std::pair<std::string_view, std::string>> headers{};
    // With status 101: takes the connection over once the handshake is sent.
    std::move_only_function<Awaitable<>(std::shared_ptr<WebSocket>)> upgrade{};
};

// Names a request field that the answer depends on (RFC 9110 section 12.5.5), beside those named already.
void add_vary(Response& response, std::string_view field);

}  // namespace mindspace::http
