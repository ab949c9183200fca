#include "platform/redis/connection/error_reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace mindspace::redis {

namespace {

constexpr std::array<std::string_view, 4> kTemporary{"TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN"};
constexpr std::array<std::string_view, 4> kUnavailable{"BUSY", "READONLY", "MISCONF", "NOREPLICAS"};

// While its slot is being moved, a script has removed one of its keys and accessed it again: Redis cannot tell whether
// a missing key is on the other node. The script has ended at that point.
constexpr std::string_view kNonLocalKey = "Script attempted to access a non local key in a cluster node";

bool is_one_of(std::span<const std::string_view> codes, std::string_view code) {
    return std::ranges::find(codes, code) != codes.end();
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    return fault == std::errc{} && rest == text.data() + text.size();
}

}  // namespace

Value checked(Value reply) {
    if (!reply.is_error()) return reply;
    if (is_out_of_memory(reply)) throw MemoryFull("redis: " + reply.error());
    if (is_temporary(reply) || is_one_of(kUnavailable, reply.error_code()) || reply.error().contains(kNonLocalKey))
        throw Unavailable("redis: " + reply.error());
    throw CommandError(reply.error());
}

bool is_out_of_memory(const Value& reply) {
    return reply.is_error() && reply.error_code() == "OOM";
}

bool is_unknown_script(const Value& reply) {
    return reply.is_error() && reply.error_code() == "NOSCRIPT";
}

bool is_temporary(const Value& reply) {
    return reply.is_error() && is_one_of(kTemporary, reply.error_code());
}

std::optional<Redirection> parse_redirection(const Value& reply) {
    if (!reply.is_error()) return std::nullopt;
    std::string_view code = reply.error_code();
    if (code != "MOVED" && code != "ASK") return std::nullopt;
    std::string_view rest = std::string_view(reply.error()).substr(code.size());
    if (rest.empty()) return std::nullopt;
    rest.remove_prefix(1);
    std::size_t blank = rest.find(' ');
    std::size_t colon = rest.rfind(':');  // an IPv6 address has colons, too, and no brackets
    if (blank == std::string_view::npos || colon == std::string_view::npos || colon < blank) return std::nullopt;

    Redirection redirection{.kind = code == "ASK" ? Redirection::Kind::ask : Redirection::Kind::moved,
                            .slot = 0,
                            .node = {.host = std::string(rest.substr(blank + 1, colon - blank - 1)), .port = 0}};
    if (!read_number(rest.substr(0, blank), redirection.slot) || redirection.slot >= kSlotCount) return std::nullopt;
    if (!read_number(rest.substr(colon + 1), redirection.node.port)) return std::nullopt;
    if (redirection.node.port == 0) return std::nullopt;
    return redirection;
}

}  // namespace mindspace::redis
