#include "platform/http/middleware/conditional_step.h"

#include "platform/http/api/etag.h"

#include <algorithm>

namespace mindspace::http {

Awaitable<> ConditionalStep::after(Exchange& exchange, Response& response) {
    const bool is_read = exchange.head.method == Method::get || exchange.head.method == Method::head;
    if (!is_read || response.status / 100 != 2) return {};
    const auto etag = std::ranges::find(response.headers, "ETag", [](const auto& header) { return header.first; });
    if (etag == response.headers.end()) return {};
    switch (Preconditions::of(exchange.head).check(etag->second)) {
        case Preconditions::ConditionResult::hold:
            break;
        case Preconditions::ConditionResult::failed:
            response = problem(precondition_failed(), exchange.request_id);
            break;
        case Preconditions::ConditionResult::not_modified:
            response.status = 304;
            response.body.clear();
            response.stream.reset();
            std::erase_if(response.headers, [](const auto& header) { return header.first == "Content-Encoding"; });
            break;
    }
    return {};
}

}  // namespace mindspace::http
