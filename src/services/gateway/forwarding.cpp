#include "services/gateway/forwarding.h"

#include "platform/http/access/gateway_keys.h"

#include <algorithm>
#include <array>
#include <span>

namespace mindspace::gateway {

namespace {

using http::equals_ignoring_case;
using http::Header;
using http::Method;

// Hop-by-hop fields: those of RFC 9110 section 7.6.1 and others still in use; Content-Length is rewritten.
constexpr std::array<std::string_view, 10> kHopByHopHeaders{
    "connection",         "keep-alive",          "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    "proxy-authenticate", "proxy-authorization", "content-length"};
// Request fields that the gateway sets itself, or has already handled with the client.
constexpr std::array<std::string_view, 9> kRewrittenHeaders{"host",
                                                            "expect",
                                                            "x-request-id",
                                                            "forwarded",
                                                            "x-forwarded-for",
                                                            "x-forwarded-host",
                                                            "x-forwarded-proto",
                                                            "mindspace-signature",
                                                            "sec-websocket-protocol"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(names, [&](std::string_view other) { return equals_ignoring_case(name, other); });
}

// Whether a Connection field names it.
bool is_hop_by_hop_of_connection(std::string_view name, std::span<const Header> headers) {
    return std::ranges::any_of(headers, [&](const Header& header) {
        return equals_ignoring_case(header.name, "connection") && http::list_contains(header.value, name);
    });
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

// All fields except hop-by-hop ones and those for which `is_excluded` is true.
void append_fields(std::string& out, std::span<const Header> headers, auto is_excluded) {
    const bool has_connection_field = http::find_header(headers, "connection").has_value();
    for (const auto& [name, value] : headers) {
        if (is_one_of(name, kHopByHopHeaders) || is_excluded(name)) continue;
        if (has_connection_field && is_hop_by_hop_of_connection(name, headers)) continue;
        append_line(out, name, value);
    }
}

}  // namespace

std::string request_lines(const http::Exchange& exchange, std::string_view scheme, bool websocket) {
    constexpr std::size_t kAddedFields = 384;  // including the signature
    const auto& head = exchange.head;
    std::size_t size = head.target.size() + kAddedFields;
    for (const auto& header : head.headers) size += header.name.size() + header.value.size() + 4;
    std::string lines;
    lines.reserve(size);
    lines += http::method_name(head.method);
    lines += ' ';
    lines += head.target;
    lines += " HTTP/1.1\r\n";
    append_line(lines, "Host", head.host);
    // With tracing each attempt has its own.
    const bool has_own_trace = !telemetry::text_of(exchange.trace.span_id).empty();
    append_fields(lines, head.headers, [has_own_trace](std::string_view name) {
        return is_one_of(name, kRewrittenHeaders) || (has_own_trace && equals_ignoring_case(name, "traceparent"));
    });
    append_line(lines, "X-Request-Id", exchange.request_id);
    append_line(lines, "X-Forwarded-For", exchange.client.address);
    append_line(lines, "X-Forwarded-Proto", scheme);
    if (websocket) lines += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    const auto length = exchange.content != nullptr ? exchange.content->length() : exchange.body.size();
    if (length != 0 || head.content_length || head.chunked)
        append_line(lines, "Content-Length", std::to_string(length));
    return lines;
}

void copy_fields(http::Response& response, const http::ResponseHead& head) {
    auto& lines = response.forwarded_fields.emplace();
    append_fields(lines, head.headers, [](std::string_view name) {
        return equals_ignoring_case(name, "x-request-id") || equals_ignoring_case(name, "vary") ||
               equals_ignoring_case(name, http::kSignatureField);
    });
    for (const auto& [name, value] : head.headers)
        if (equals_ignoring_case(name, "vary")) http::add_vary(response, value);
}

bool is_idempotent(const http::RequestHead& head, const http::Declaration& declaration) {
    switch (head.method) {
        case Method::get:
        case Method::head:
        case Method::put:
        case Method::del:
        case Method::options:
            return true;
        case Method::post:
        case Method::patch:
            return declaration.creates && head.find("idempotency-key").has_value();
    }
    return false;
}

}  // namespace mindspace::gateway
