#pragma once
// The ordered list of steps between the server and the handlers (middleware.cpp). A request passes them from first to
// last, then its handler; every response passes them from last to first, whether it comes from the handler, from a step
// or from the server, which refuses malformed, late and excessive requests. The boundary of requests: faults end here,
// are logged once and become 500, 503 or, at the deadline, 504. One per server.

#include "platform/async/worker_pool.h"
#include "platform/http/access/access_control.h"
#include "platform/http/access/gateway_keys.h"
#include "platform/http/access/rate_limit.h"
#include "platform/http/middleware/cors.h"
#include "platform/http/middleware/metrics.h"
#include "platform/http/middleware/step.h"
#include "platform/http/overload/overload_control.h"
#include "platform/http/trace/trace_step.h"
#include "platform/limits/rate_limiter.h"
#include "platform/telemetry/log/access_log.h"

#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace mindspace::http {

// The parts that the steps use. They must outlive the server; a step whose part is missing is omitted.
struct MiddlewareParts {
    std::optional<AccessControl> access{};  // required by endpoints that are not open to anyone
    limits::RateLimiter* limiter = nullptr;
    const RateLimits* limits = nullptr;  // with a limiter
    const CorsPolicy* cors = nullptr;
    Step* idempotency = nullptr;  // platform/idempotency
    WorkerPool* compression = nullptr;
    WorkerPool* large_bodies = nullptr;
    log::AccessLog* access_log = nullptr;
    const GatewayKeys* gateway = nullptr;  // if only gateways may call; they enforce the limits of calls
    OverloadControl* overload = nullptr;
    const telemetry::Tracer* tracer = nullptr;
    std::string_view scheme = "http";  // of the URLs that the callers use
};

class Middleware {
public:
    Middleware(const MiddlewareParts& parts, CoreMetrics& metrics);

    // Sets exchange.response. Never throws. If the coroutine is cancelled, its current wait ends, and it returns with
    // the response for that case.
    Awaitable<> handle(Exchange& exchange);

private:
    template <class S, class... Parts>
    void add(Parts&&... parts) {
        owned_.push_back(std::make_unique<S>(std::forward<Parts>(parts)...));
        steps_.push_back(owned_.back().get());
    }
    Awaitable<> pass(Exchange& exchange);
    Awaitable<> pass_in_context(Exchange& exchange, std::shared_ptr<const TaskContext> context);

    TraceStep trace_;
    std::vector<std::unique_ptr<Step>> owned_;
    std::vector<Step*> steps_;
};

}  // namespace mindspace::http
