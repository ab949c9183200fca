#pragma once
// One request on its way through the server with what is learned of it, the content that it came with, and its
// response.

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

// Of a request's content, in bytes. More takes longer to read than a loop may be held.
inline constexpr std::size_t kSmallBody = 64 * 1024;

struct ClientInfo {
    std::string address;
    std::string user_agent;
};

// Content that still comes in while the handler runs.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    // Of all of it, in bytes.
    [[nodiscard]] virtual std::uint64_t length() const = 0;
    // The next bytes, good until the next call; "" at the end. Nothing: the client has gone, or was too slow.
    virtual Awaitable<std::optional<std::string_view>> read() = 0;
};

// Lives in the connection's frame until the response is written.
struct Exchange {
    using Clock = std::chrono::steady_clock;

    // Set by the server.
    const RequestHead& head;  // when it could not be read: what can of its fields, and no path
    std::string_view body{};
    ClientInfo client{};
    const Endpoint* endpoint = nullptr;  // null: the path or the method has none
    std::string_view allow{};            // without an endpoint: the methods of the path, "" when there is no such path
    std::optional<Uuid> id{};            // the path's {id}
    std::optional<Refusal> refusal{};    // why the server does not take the request
    BodyReader* content = nullptr;       // instead of `body`, of a long one that is only forwarded
    std::shared_ptr<const void> memory{};  // that `body` is in
    WorkerPool* large_bodies = nullptr;    // null: work on a large one holds the loop
    Clock::time_point began = Clock::now();
    bool is_late = false;  // its deadline has passed, and it is being cancelled

    // Set by the steps of the middleware, each what it says in the comment.
    std::string request_id{};
    telemetry::TraceContext trace{};           // its span; without tracing only the trace of `traceparent`
    telemetry::SpanId parent_span{};           // of `traceparent`
    std::string_view signature{};              // of the gateway that has sent it; "" unless only gateways may call
    bool is_served = false;                    // counted by the overload control
    Principal principal{};                     // who calls, unless the access is `anyone`
    std::optional<Error> credentials_fault{};  // why it is not known who calls
    const limits::Policy* policy = nullptr;    // how often may be called
    std::optional<limits::RateLimitDecision> quota{};  // what is left of that
    std::shared_ptr<idempotency::Claim>
        claim{};                        // of an Idempotency-Key, until the response is kept or the key released
    std::optional<Uuid> creation_id{};  // for what is created, under an Idempotency-Key
    bool may_have_written = false;      // data of the principal
    std::chrono::nanoseconds took{};    // from `began` to the response

    // By whoever responds first: a step or the handler.
    std::optional<Response> response{};

    // What `work`, which owns what it touches, makes of the body: at once of a usual one, otherwise on a thread of the
    // pool, which may outlive the exchange. Fault: Unavailable, when too many large bodies wait.
    template <class Work>
    Awaitable<std::invoke_result_t<Work&, std::string_view>> work_on_body(Work work) const {
        if (body.size() <= kSmallBody || large_bodies == nullptr) co_return work(body);
        auto on_copy = [memory = memory, body = body, work = std::move(work)]() mutable { return work(body); };
        co_return co_await large_bodies->run(std::move(on_copy));
    }
};

}  // namespace mindspace::http
