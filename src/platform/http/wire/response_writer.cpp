#include "platform/http/wire/response_writer.h"

#include "platform/http/access/gateway_keys.h"
#include "platform/http/api/problem.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace mindspace::http {

namespace {

// The defaults of Helmet, with a content security policy for an API, which serves no pages. A page sets its own policy.
constexpr std::string_view kSecurityHeaders =
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Origin-Agent-Cluster: ?1\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-DNS-Prefetch-Control: off\r\n"
    "X-Download-Options: noopen\r\n"
    "X-Frame-Options: SAMEORIGIN\r\n"
    "X-Permitted-Cross-Domain-Policies: none\r\n"
    "X-XSS-Protection: 0\r\n";
constexpr std::string_view kContentPolicy = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr std::size_t kSmallHead = 2048;  // bytes reserved for a usual head and its content
constexpr std::string_view kNoStore = "Cache-Control: no-store\r\n";

// "Date: …" (RFC 9110 section 5.6.7), formatted at most once per second and thread.
std::string_view date_line() {
    thread_local std::time_t formatted_second = 0;
    thread_local std::array<char, 48> line;
    thread_local std::size_t size = 0;
    auto now = std::time(nullptr);
    if (now != formatted_second) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        size = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
        formatted_second = now;
    }
    return {line.data(), size};
}

void append_number(std::string& out, std::size_t number) {
    std::array<char, 20> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

bool has_header(const Response& response, std::string_view name) {
    return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

void append_own_fields(std::string& out, const Response& response) {
    out += date_line();
    if (!has_header(response, "Content-Security-Policy")) out += kContentPolicy;
    if (!has_header(response, "Cache-Control")) out += kNoStore;
    out += kSecurityHeaders;
    if (!is_bodyless(response.status) && (response.stream || !response.body.empty())) {
        out += "Content-Type: ";
        out += response.content_type;
        out += "\r\n";
    }
}

}  // namespace

bool is_bodyless(int status) {
    return status < 200 || status == 204 || status == 304;
}

void append_head(std::string& out, const Response& response, Framing framing) {
    out.reserve(out.size() + (response.forwarded_fields ? response.forwarded_fields->size() : 0) + kSmallHead);
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
    for (const auto& [name, value] : response.headers) append_field(out, name, value);
    if (response.forwarded_fields)
        out += *response.forwarded_fields;
    else
        append_own_fields(out, response);
    if (!framing.keep_alive) out += "Connection: close\r\n";
    if (framing.chunked) {
        out += "Transfer-Encoding: chunked\r\n";
    } else if (!is_bodyless(response.status) && (!response.stream || response.stream->length)) {
        out += "Content-Length: ";
        append_number(out, response.content_length());
        out += "\r\n";
    }
    out += "\r\n";
}

void append_chunk_size(std::string& out, std::size_t size) {
    std::array<char, 16> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), size, 16).ptr);
    out += "\r\n";
}

void append_handshake(std::string& out, const Response& response, std::string_view accept,
                      std::string_view extensions) {
    out += "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
    out += accept;
    if (!extensions.empty()) {
        out += "\r\nSec-WebSocket-Extensions: ";
        out += extensions;
    }
    out += "\r\n";
    for (const auto& [name, value] : response.headers)
        if (name == kSignatureField) append_field(out, name, value);
    out += "\r\n";
}

}  // namespace mindspace::http
