#pragma once
// One request on its way through the server, and the content that it came with.

#include "platform/async/worker_pool.h"
#include "platform/http/middleware/guard.h"
#include "platform/http/wire/request_parser.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mindspace::http {

// Of a request's content, in bytes. More takes longer to read than a loop may be held.
inline constexpr std::size_t kUsualBody = 64 * 1024;

struct ClientInfo {
    std::string address;
    std::string user_agent;
};

// Content that still comes in while the handler runs.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    // Of all of it, in octets.
    [[nodiscard]] virtual std::uint64_t length() const = 0;
    // The next octets, good until the next call; "" at the end. Nothing: the client has gone, or was too slow.
    virtual Awaitable<std::optional<std::string_view>> read() = 0;
};

// Lives in the connection's frame until the answer is written.
struct Exchange {
    const RequestHead& head;
    std::string_view body;
    std::string request_id;
    ClientInfo client;
    Principal principal;                   // meaningful unless the access is `anyone`
    std::optional<Uuid> id{};              // the path's {id}
    std::optional<Uuid> creation_id{};     // for what is created, under an Idempotency-Key
    std::string_view trace_id{};           // of `traceparent`; "" without one
    std::string_view signature{};          // of the gateway that has sent it; "" unless only gateways may call
    BodyReader* content = nullptr;         // instead of `body`, of a long one that is only forwarded
    std::shared_ptr<const void> memory{};  // that `body` is in
    WorkerPool* large_bodies = nullptr;    // null: work on a large one holds the loop

    // What `work`, which owns what it touches, makes of the body: at once of a usual one, otherwise on a thread of the
    // pool, which may outlive the exchange. Fault: Unavailable, when too many large bodies wait.
    template <class Work>
    Awaitable<std::invoke_result_t<Work&, std::string_view>> work_on_body(Work work) const {
        if (body.size() <= kUsualBody || large_bodies == nullptr) co_return work(body);
        auto apart = [memory = memory, body = body, work = std::move(work)]() mutable { return work(body); };
        co_return co_await large_bodies->run(std::move(apart));
    }
};

}  // namespace mindspace::http
