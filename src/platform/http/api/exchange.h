#pragma once
// One request on its way through the middleware: what is known about it, its content, and its response.

#include "platform/async/worker_pool.h"
#include "platform/http/access/principal.h"
#include "platform/http/api/problem.h"
#include "platform/http/wire/request_parser.h"
#include "platform/limits/gcra.h"
#include "platform/telemetry/trace/trace_context.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mindspace::idempotency {
struct Claim;
}

namespace mindspace::http {

struct Endpoint;

// Bytes of a request's content. Parsing more would block the loop for too long.
inline constexpr std::size_t kSmallBody = 64 * 1024;

struct ClientInfo {
    std::string address;
    std::string user_agent;
};

// Content that is still arriving while the handler runs.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    // The length of the entire content in bytes.
    [[nodiscard]] virtual std::uint64_t length() const = 0;
    // The next bytes, valid until the next call; "" at the end. Nothing: the client has left, or was too slow.
    virtual Awaitable<std::optional<std::string_view>> read() = 0;
};

// Exists in the connection's coroutine frame until the response is written.
struct Exchange {
    using Clock = std::chrono::steady_clock;

    // Set by the server.
    const RequestHead& head;  // if it is malformed: its readable fields, and no path
    std::string_view body{};
    ClientInfo client{};
    const Endpoint* endpoint = nullptr;  // null: none for the path and method
    std::string_view allow{};            // without an endpoint: the methods of the path, "" if the path does not exist
    std::optional<Uuid> id{};            // the path's {id}
    std::optional<Refusal> refusal{};    // why the server refuses the request
    BodyReader* content = nullptr;       // instead of `body`, if it is long and only forwarded
    std::shared_ptr<const void> memory{};  // contains `body`
    WorkerPool* large_bodies = nullptr;    // null: work on large bodies blocks the loop
    Clock::time_point started_at = Clock::now();
    bool is_late = false;  // the deadline has passed, and the handler is being cancelled

    // Set by the steps of the middleware.
    std::string request_id{};
    telemetry::TraceContext trace{};                   // its span; without tracing only the trace of `traceparent`
    telemetry::SpanId parent_span{};                   // of `traceparent`
    std::string_view signature{};                      // of the gateway that sent it; "" unless only gateways may call
    bool is_served = false;                            // counted by the overload control
    Principal principal{};                             // the caller, unless the access is `anyone`
    std::optional<Error> credentials_fault{};          // why the caller is unknown
    const limits::Policy* policy = nullptr;            // limits the calls
    std::optional<limits::RateLimitDecision> quota{};  // what is left under `policy`
    std::shared_ptr<idempotency::Claim>
        claim{};                          // of an Idempotency-Key, until the response is stored or the key released
    std::optional<Uuid> creation_id{};    // of what is created, if there is an Idempotency-Key
    bool may_have_written = false;        // to data of the principal
    std::chrono::nanoseconds duration{};  // from `started_at` to the response

    // Set by the first step that responds, or by the handler.
    std::optional<Response> response{};

    // The result of `work` on the body. A small body is handled at once, a large one on a thread of the pool, which may
    // outlive the exchange, so `work` must own what it uses. Fault: Unavailable, if too many large bodies are waiting.
    template <class Work>
    Awaitable<std::invoke_result_t<Work&, std::string_view>> work_on_body(Work work) const {
        if (body.size() <= kSmallBody || large_bodies == nullptr) co_return work(body);
        auto on_copy = [memory = memory, body = body, work = std::move(work)]() mutable { return work(body); };
        co_return co_await large_bodies->run(std::move(on_copy));
    }
};

}  // namespace mindspace::http
