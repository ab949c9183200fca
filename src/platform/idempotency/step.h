#pragma once
// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), as a step of the middleware: the first response to a
// request is kept for a day and given again, with `Idempotent-Replayed: true`, to the same request with the same key;
// bodies are the same when they are as JSON values (platform/json/canonical.h). Responses are kept encrypted with a key
// that follows from the request itself and a secret outside the database, so that the table tells no token, no note and
// no password. 400 for an invalid key, 409 `request_in_progress`, 422 `idempotency_key_reused`. Responses that changed
// nothing and might be others next time (400, 401, 415, 422, 429, 5xx) are not kept.
//
// Should the process die between the work and keeping the response, the request is handled again once its claim has run
// out; what it creates then gets the same id as before (Exchange::creation_id), so that nothing is created twice.

#include "platform/async/task_group.h"
#include "platform/base/secret.h"
#include "platform/http/middleware/step.h"
#include "platform/idempotency/keys.h"

#include <string_view>

namespace mindspace::idempotency {

class IdempotencyStep final : public http::Step {
public:
    // `max_duration` is how long a request may take at most. Every process that keeps responses of the same endpoints
    // has the same secret.
    IdempotencyStep(asio::io_context& loop, postgres::Client& database, const Secret& secret, Seconds max_duration);

    // Of endpoints that create something in this process.
    Awaitable<> before(http::Exchange& exchange) override;
    Awaitable<> after(http::Exchange& exchange, http::Response& response) override;

private:
    Awaitable<> claim(http::Exchange& exchange, std::string_view key);
    Awaitable<> settle(http::Exchange& exchange, const http::Response& response);

    Keys keys_;
    const Secret& secret_;
    SystemClock clock_;
    TaskGroup tasks_;  // keys that are given back after the deadline of their request
};

}  // namespace mindspace::idempotency
