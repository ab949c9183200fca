#include "platform/http/wire/request_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace mindspace::http {

namespace {

using Failure = std::optional<ParseFailure>;

constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{{
    {"GET", Method::get},
    {"HEAD", Method::head},
    {"POST", Method::post},
    {"PUT", Method::put},
    {"PATCH", Method::patch},
    {"DELETE", Method::del},
    {"OPTIONS", Method::options},
}};

Failure bad_request(std::string_view reason) {
    return ParseFailure{.status = 400, .reason = reason};
}

// Removes and returns the text before `separator`; the entire text if there is none.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return taken;
}

// uri-host [ ":" port ], RFC 9110 section 7.2. Host names and IP addresses only: no percent-encoding, no user
// information.
bool is_valid_authority(std::string_view authority) {
    std::size_t host_size = 0;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos || close < 3) return false;
        const std::string_view address = authority.substr(1, close - 1);
        if (address.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
        host_size = close + 1;
    } else {
        host_size = prefix_length(authority, CharClass::host);
        if (host_size == 0) return false;
    }
    std::string_view port = authority.substr(host_size);
    if (port.empty()) return true;
    if (port.front() != ':') return false;
    port.remove_prefix(1);
    if (port.empty()) return true;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    return error == std::errc() && end == port.data() + port.size();
}

// The state of parsing one head that is not part of RequestHead.
class HeadReader {
public:
    explicit HeadReader(RequestHead& head) : head_(head) {}

    Failure read_request_line(std::string_view line, std::size_t max_target);
    Failure read_field(const Header& field);
    Failure finish();

private:
    Failure read_method(std::string_view method);
    Failure read_version(std::string_view version);
    Failure read_target(std::string_view target);
    Failure read_absolute_form(std::string_view& target);
    Failure read_host(std::string_view value);
    Failure read_content_length(std::string_view value);
    Failure read_transfer_encoding(std::string_view value);
    Failure read_expect(std::string_view value);
    void read_connection(std::string_view value);

    RequestHead& head_;
    bool has_host_ = false;
    bool names_upgrade_ = false;     // has an Upgrade field
    bool connection_close_ = false;  // options of Connection
    bool connection_keep_alive_ = false;
    bool connection_upgrade_ = false;
};

// method SP request-target SP HTTP-version, RFC 9112 section 3.
Failure HeadReader::read_request_line(std::string_view line, std::size_t max_target) {
    const std::string_view method = take_until(line, ' ');
    const std::string_view target = take_until(line, ' ');
    if (auto failure = read_method(method)) return failure;
    if (auto failure = read_version(line)) return failure;
    if (target.size() > max_target) return ParseFailure{.status = 414, .reason = "request target too long"};
    return read_target(target);
}

Failure HeadReader::read_method(std::string_view method) {
    const auto* known = std::ranges::find(kMethods, method, &std::pair<std::string_view, Method>::first);
    if (known != kMethods.end()) {
        head_.method = known->second;
        return std::nullopt;
    }
    if (method.empty() || !consists_of(method, CharClass::token)) return bad_request("malformed method");
    return ParseFailure{.status = 501, .reason = "unknown method"};
}

Failure HeadReader::read_version(std::string_view version) {
    if (version == "HTTP/1.1" || version == "HTTP/1.0") {
        head_.version_minor = version.back() - '0';
        return std::nullopt;
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) && version[6] == '.' &&
        is_digit(version[7])) {
        return ParseFailure{.status = 505, .reason = "not HTTP/1.1 or HTTP/1.0"};
    }
    return bad_request("malformed request line");
}

Failure HeadReader::read_target(std::string_view target) {
    if (target == "*") {  // RFC 9112 section 3.2.4
        if (head_.method != Method::options) return bad_request("target * without OPTIONS");
        head_.target = head_.path = target;
        return std::nullopt;
    }
    if (!target.starts_with('/')) {
        if (auto failure = read_absolute_form(target)) return failure;
    }
    head_.target = target;
    head_.path = take_until(target, '?');
    head_.query = target;
    if (!consists_of(head_.path, CharClass::path) || !consists_of(head_.query, CharClass::query))
        return bad_request("invalid character in the request target");
    if (!has_valid_escapes(head_.target)) return bad_request("invalid percent-encoding in the request target");
    return std::nullopt;
}

// Removes scheme and authority from the target, RFC 9112 section 3.2.2.
Failure HeadReader::read_absolute_form(std::string_view& target) {
    const std::size_t scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return bad_request("request target is not a path");
    const std::string_view scheme = target.substr(0, scheme_end);
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https"))
        return bad_request("scheme of the request target is not http");
    target.remove_prefix(scheme_end + 3);
    const std::size_t path = std::min(target.find_first_of("/?#"), target.size());
    head_.host = target.substr(0, path);
    if (!is_valid_authority(head_.host)) return bad_request("invalid authority in the request target");
    target.remove_prefix(path);
    if (target.empty()) target = "/";
    if (!target.starts_with('/')) return bad_request("absolute request target without a path");
    return std::nullopt;
}

Failure HeadReader::read_field(const Header& field) {
    switch (field.name.size()) {
        case 4:
            if (equals_ignoring_case(field.name, "host")) return read_host(field.value);
            break;
        case 6:
            if (equals_ignoring_case(field.name, "expect")) return read_expect(field.value);
            break;
        case 7:
            if (equals_ignoring_case(field.name, "upgrade")) names_upgrade_ = true;
            break;
        case 10:
            if (equals_ignoring_case(field.name, "connection")) read_connection(field.value);
            break;
        case 14:
            if (equals_ignoring_case(field.name, "content-length")) return read_content_length(field.value);
            break;
        case 17:
            if (equals_ignoring_case(field.name, "transfer-encoding")) return read_transfer_encoding(field.value);
            break;
        default:
            break;
    }
    return std::nullopt;
}

// RFC 9112 section 3.2: exactly one, and a valid one.
Failure HeadReader::read_host(std::string_view value) {
    if (std::exchange(has_host_, true)) return bad_request("more than one Host field");
    if (!is_valid_authority(value)) return bad_request("invalid Host field");
    if (head_.host.empty()) head_.host = value;
    return std::nullopt;
}

// RFC 9110 section 8.6: digits, once. RFC 9112 section 6.3 allows equal repetitions; no client sends them.
Failure HeadReader::read_content_length(std::string_view value) {
    if (head_.content_length) return bad_request("more than one Content-Length field");
    head_.content_length = parse_content_length(value);
    if (!head_.content_length) return bad_request("invalid Content-Length field");
    return std::nullopt;
}

// RFC 9112 section 6.1. Only `chunked`, alone: compressed requests are not supported, and any other combination enables
// request smuggling.
Failure HeadReader::read_transfer_encoding(std::string_view value) {
    if (std::exchange(head_.chunked, true)) return bad_request("more than one Transfer-Encoding field");
    if (equals_ignoring_case(value, "chunked")) return std::nullopt;
    if (!value.empty() && consists_of(value, CharClass::token))
        return ParseFailure{.status = 501, .reason = "unknown transfer coding"};
    return bad_request("invalid Transfer-Encoding field");
}

// RFC 9110 section 10.1.1: 100-continue is the only defined expectation; HTTP/1.0 has none.
Failure HeadReader::read_expect(std::string_view value) {
    if (head_.version_minor == 0) return std::nullopt;
    if (!equals_ignoring_case(value, "100-continue"))
        return ParseFailure{.status = 417, .reason = "unknown expectation"};
    head_.expect_continue = true;
    return std::nullopt;
}

void HeadReader::read_connection(std::string_view value) {
    connection_close_ |= list_contains(value, "close");
    connection_keep_alive_ |= list_contains(value, "keep-alive");
    connection_upgrade_ |= list_contains(value, "upgrade");
}

// Checks that need the complete head.
Failure HeadReader::finish() {
    const bool is_http_1_1 = head_.version_minor == 1;
    if (is_http_1_1 && !has_host_) return bad_request("no Host field");
    if (head_.chunked && !is_http_1_1) return bad_request("Transfer-Encoding in HTTP/1.0");
    if (head_.chunked && head_.content_length) return bad_request("both Transfer-Encoding and Content-Length");
    head_.keep_alive = !connection_close_ && (is_http_1_1 || connection_keep_alive_);
    head_.upgrade = is_http_1_1 && names_upgrade_ && connection_upgrade_;
    return std::nullopt;
}

// Resets `head`, but keeps the memory of its fields.
void clear(RequestHead& head) {
    auto headers = std::move(head.headers);
    headers.clear();
    head = RequestHead();
    head.headers = std::move(headers);
}

}  // namespace

std::string_view method_name(Method method) {
    return kMethods[static_cast<std::size_t>(method)].first;
}

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
    return find_header(headers, name);
}

bool RequestHead::has_token(std::string_view name, std::string_view token) const {
    return std::ranges::any_of(headers, [&](const Header& header) {
        return equals_ignoring_case(header.name, name) && list_contains(header.value, token);
    });
}

std::size_t RequestHead::count(std::string_view name) const {
    const auto named =
        std::ranges::count_if(headers, [&](const Header& header) { return equals_ignoring_case(header.name, name); });
    return static_cast<std::size_t>(named);
}

std::optional<ParseFailure> parse_head(std::string_view lines, const ParseLimits& limits, RequestHead& head) {
    clear(head);
    HeadReader reader(head);
    if (auto failure = reader.read_request_line(take_line(lines), limits.max_target)) return failure;
    while (!lines.empty()) {
        const auto field = parse_field_line(take_line(lines));
        if (!field) return bad_request("malformed field line");
        if (head.headers.size() == limits.max_headers) return ParseFailure{.status = 431, .reason = "too many fields"};
        head.headers.push_back(*field);
        if (auto failure = reader.read_field(*field)) return failure;
    }
    return reader.finish();
}

std::vector<Header> readable_fields(std::string_view text, const ParseLimits& limits) {
    std::vector<Header> fields;
    text = text.substr(0, limits.max_head_bytes);
    text.remove_prefix(std::min(text.find("\r\n"), text.size()));
    while (text.starts_with("\r\n") && fields.size() < limits.max_headers) {
        text.remove_prefix(2);
        const auto end = text.find("\r\n");
        if (end == 0 || end == std::string_view::npos) break;
        const auto line = text.substr(0, end);
        const bool is_clean =
            std::ranges::none_of(line, [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7F; });
        if (auto field = parse_field_line(line); field && is_clean) fields.push_back(*field);
        text.remove_prefix(end);
    }
    return fields;
}

}  // namespace mindspace::http
