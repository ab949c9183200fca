#pragma once
// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the first answer to a request is kept for a day and
// given again to whoever sends the same request with the same key; bodies are the same when they are as JSON values
// (platform/json/canonical.h). The answer is kept encrypted with a key that follows
// from the request itself and a secret outside the database, so that the table tells nobody a token, a note or a
// password.
//
// Should the process die between the work and keeping the answer, the request is handled again once its claim has run
// out; what it creates then gets the same id as before (Exchange::creation_id), so that nothing is created twice.

#include "platform/base/bytes.h"
#include "platform/base/secret.h"
#include "platform/base/time.h"
#include "platform/http/api/endpoint.h"

#include <array>
#include <string>
#include <string_view>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::retention {
struct Rule;
}

namespace mindspace::http {

class Idempotency {
public:
    // `longest` is how long a request may take at most. Every process that keeps answers of the same endpoints has the
    // same secret.
    Idempotency(postgres::Client& database, const Secret& secret, Seconds longest)
        : database_(database), secret_(secret), longest_(longest) {}

    // The kept answer with `Idempotent-Replayed: true`, or that of the endpoint. 400 for a bad key, 409
    // `request_in_progress`, 422 `idempotency_key_reused`. Answers that changed nothing and might be others next time
    // (400, 401, 415, 422, 429, 5xx) are not kept.
    Awaitable<Response> answer(std::string_view key, Exchange& exchange, const Endpoint& endpoint);

private:
    struct Claim;
    Awaitable<Claim> claim(UserId user, std::string key, Digest fingerprint, Digest former_fingerprint);
    Awaitable<> keep(UserId user, std::string key, Bytes answer);
    Awaitable<> release(UserId user, std::string key);
    Awaitable<> give_back(UserId user, std::string key);

    postgres::Client& database_;
    const Secret& secret_;
    Seconds longest_;
    SystemClock clock_;
};

// Answers are kept for a day.
retention::Rule retention_rule();

}  // namespace mindspace::http
