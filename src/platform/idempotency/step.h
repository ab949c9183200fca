#pragma once
// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), as a step of the middleware: the first response to a
// request is stored for a day and replayed, with `Idempotent-Replayed: true`, to the same request with the same key;
// bodies are compared as JSON values (platform/json/canonical.h). Responses are encrypted with a key derived from the
// request itself and a secret outside the database, so that the table reveals no tokens, notes or passwords. 400 for an
// invalid key, 409 `request_in_progress`, 422 `idempotency_key_reused`. Responses to requests that changed nothing and
// may succeed when retried (400, 401, 415, 422, 429, 5xx) are not stored.
//
// If the process crashes between the work and storing the response, the request is handled again when its claim has
// expired; what it creates then gets the same id as before (Exchange::creation_id), so nothing is created twice.

#include "platform/async/task_group.h"
#include "platform/base/secret.h"
#include "platform/http/middleware/step.h"
#include "platform/idempotency/keys.h"

#include <string_view>

namespace mindspace::idempotency {

class IdempotencyStep final : public http::Step {
public:
    // `max_duration` is the maximum duration of a request. All processes that serve the same endpoints must have the
    // same secret.
    IdempotencyStep(asio::io_context& loop, postgres::Client& database, const Secret& secret, Seconds max_duration);

    // Acts on endpoints that create something in this process.
    Awaitable<> before(http::Exchange& exchange) override;
    Awaitable<> after(http::Exchange& exchange, http::Response& response) override;

private:
    Awaitable<> claim(http::Exchange& exchange, std::string_view key);
    Awaitable<> settle(http::Exchange& exchange, const http::Response& response);

    Keys keys_;
    const Secret& secret_;
    SystemClock clock_;
    TaskGroup tasks_;  // releases keys after the deadline of their request
};

}  // namespace mindspace::idempotency
