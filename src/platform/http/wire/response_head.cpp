#include "platform/http/wire/response_head.h"

#include <algorithm>

namespace mindspace::http {

namespace {

using Fault = std::optional<std::string_view>;

// HTTP-version SP status-code SP [ reason-phrase ], RFC 9112 section 4.
Fault read_status_line(std::string_view line, ResponseHead& head) {
    constexpr std::size_t kFixedPart = std::string_view("HTTP/1.1 200 ").size();
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (line.size() < kFixedPart || !line.starts_with("HTTP/1.") || (line[7] != '0' && line[7] != '1') ||
        line[8] != ' ' || line[12] != ' ' || !std::ranges::all_of(line.substr(9, 3), is_digit))
        return "malformed status line";
    head.version_minor = line[7] - '0';
    head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    if (head.status < 100 || head.status > 599) return "status out of range";
    return std::nullopt;
}

// The framing of the message according to its fields.
struct FramingFields {
    bool chunked = false;
    bool close = false;
    bool keep_alive = false;
};

Fault read_field(const Header& field, ResponseHead& head, FramingFields& framing) {
    if (equals_ignoring_case(field.name, "content-length")) {
        if (head.content_length) return "more than one Content-Length field";
        head.content_length = parse_content_length(field.value);
        if (!head.content_length) return "invalid Content-Length field";
    } else if (equals_ignoring_case(field.name, "transfer-encoding")) {
        if (framing.chunked) return "more than one Transfer-Encoding field";
        if (!equals_ignoring_case(field.value, "chunked")) return "unknown transfer coding";
        framing.chunked = true;
    } else if (equals_ignoring_case(field.name, "connection")) {
        framing.close |= list_contains(field.value, "close");
        framing.keep_alive |= list_contains(field.value, "keep-alive");
    }
    return std::nullopt;
}

bool has_no_content(Method request_method, int status) {
    return request_method == Method::head || status < 200 || status == 204 || status == 304;
}

// RFC 9112 section 6.3.
Fault find_end(Method request_method, const FramingFields& framing, ResponseHead& head) {
    const bool is_http_1_1 = head.version_minor == 1;
    if (framing.chunked && head.content_length) return "both Transfer-Encoding and Content-Length";
    if (framing.chunked && !is_http_1_1) return "Transfer-Encoding in HTTP/1.0";
    head.keep_alive = !framing.close && (is_http_1_1 || framing.keep_alive);
    if (has_no_content(request_method, head.status)) {
        head.end = ContentEnd::none;
    } else if (framing.chunked) {
        head.end = ContentEnd::chunked;
    } else if (head.content_length) {
        head.end = ContentEnd::length;
    } else {
        head.end = ContentEnd::close;
        head.keep_alive = false;
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> parse_response_head(std::string_view lines, Method request_method,
                                                    std::size_t max_headers, ResponseHead& head) {
    head = ResponseHead{};
    FramingFields framing;
    if (auto fault = read_status_line(take_line(lines), head)) return fault;
    while (!lines.empty()) {
        const auto field = parse_field_line(take_line(lines));
        if (!field) return "malformed field line";
        if (head.headers.size() == max_headers) return "too many fields";
        head.headers.push_back(*field);
        if (auto fault = read_field(*field, head, framing)) return fault;
    }
    return find_end(request_method, framing, head);
}

}  // namespace mindspace::http
