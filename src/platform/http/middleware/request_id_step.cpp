#include "platform/http/middleware/request_id_step.h"

#include <algorithm>

namespace mindspace::http {

namespace {

constexpr std::size_t kMaxIdLength = 64;

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxIdLength && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

}  // namespace

Awaitable<> RequestIdStep::before(Exchange& exchange) {
    const auto given = exchange.head.find("x-request-id");
    if (given && is_request_id(*given))
        exchange.request_id = *given;
    else
        exchange.request_id = Uuid::v7(SystemClock{}.now()).to_string();
    return {};
}

Awaitable<> RequestIdStep::after(Exchange& exchange, Response& response) {
    response.headers.emplace_back("X-Request-Id", exchange.request_id);
    return {};
}

}  // namespace mindspace::http
