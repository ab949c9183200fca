#pragma once
// Decides whether the call is allowed now: the caller's login session is alive, their quota is not used up (429), and
// the endpoint is open to their role (401, 403). An authenticated user has a quota that does not depend on the
// network; other callers share the quota of their network.

#include "platform/http/access/admission.h"
#include "platform/http/access/rate_limit.h"
#include "platform/http/middleware/metrics.h"
#include "platform/http/middleware/step.h"
#include "platform/limits/rate_limiter.h"

namespace mindspace::http {

class AdmissionStep final : public Step {
public:
    // `admission` is null if all endpoints are open to anyone; without `limits` nothing is counted.
    AdmissionStep(Admission* admission, limits::RateLimiter* limiter, const RateLimits* limits, CoreMetrics& metrics)
        : admission_(admission), limiter_(limiter), limits_(limits), metrics_(metrics) {}
    Awaitable<> before(Exchange& exchange) override;
    // Adds the header fields that state what is left of the quota.
    Awaitable<> after(Exchange& exchange, Response& response) override;

private:
    Awaitable<> admit_anyone(Exchange& exchange);
    Awaitable<> admit_caller(Exchange& exchange);
    Awaitable<> count_for_network(Exchange& exchange);
    bool refuse_excess(Exchange& exchange);

    Admission* admission_;
    limits::RateLimiter* limiter_;
    const RateLimits* limits_;
    CoreMetrics& metrics_;
};

}  // namespace mindspace::http
