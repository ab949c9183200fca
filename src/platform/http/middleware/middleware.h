#pragma once
// What stands between the server and the handlers: an ordered list of steps (middleware.cpp). A request passes them
// from the first to the last, then its handler; every response passes them from the last to the first, whoever made it:
// the handler, a step, or the server, which refuses what it cannot read, what comes too late and what is too much. The
// boundary of requests: faults end here, are logged once and become 500, 503 or, at the deadline, 504. One per server.

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
#include <utility>
#include <vector>

namespace mindspace::http {

// What the steps are made of. All of it must outlive the server; a step whose part is missing is left out.
struct MiddlewareParts {
    std::optional<AccessControl> access{};  // needed by endpoints that are not for anyone
    limits::RateLimiter* limiter = nullptr;
    const RateLimits* limits = nullptr;  // with a limiter
    const CorsPolicy* cors = nullptr;
    Step* idempotency = nullptr;  // platform/idempotency
    WorkerPool* compression = nullptr;
    WorkerPool* large_bodies = nullptr;
    log::AccessLog* access_log = nullptr;
    const GatewayKeys* gateway = nullptr;  // if only gateways may call, which have limited who calls how often
    OverloadControl* overload = nullptr;
    const telemetry::Tracer* tracer = nullptr;
};

class Middleware {
public:
    Middleware(const MiddlewareParts& parts, CoreMetrics& metrics);

    // Sets exchange.response. Never throws. When the coroutine is cancelled meanwhile, what it waits for ends, and it
    // comes back with the response to that.
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
