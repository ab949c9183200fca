#include "platform/idempotency/idempotency.h"

#include "platform/async/cancellation.h"
#include "platform/idempotency/kept_answer.h"
#include "platform/json/canonical.h"
#include "platform/postgres/connection/client.h"
#include "platform/retention/retention.h"
#include "platform/telemetry/log/log.h"

#include <algorithm>
#include <array>
#include <exception>

namespace mindspace::http {

using postgres::Statement;

namespace {

constexpr std::size_t kLongestKey = 255;
constexpr auto kKeptFor = std::chrono::hours(24);
constexpr Seconds kGrace{5};  // beyond the longest request

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= kLongestKey &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Error request_in_progress() {
    return {.code = ErrorCode::conflict,
            .reason = "request_in_progress",
            .detail = "The first request with this Idempotency-Key is still running.",
            .faults = {},
            .retry_after = 1};
}

// What follows from a request, whose body may be long.
struct Identified {
    Digest fingerprint;
    Digest seal;
    Digest former_fingerprint;
    Digest former_seal;
};

Identified identify(Method method, std::string_view path, std::string_view key, std::string_view body,
                    const Secret& secret) {
    const auto canonical = canonical_json(body);
    const RequestIdentity identity{.method = method_name(method), .path = path, .key = key, .body = canonical};
    return {.fingerprint = identity.fingerprint(secret),
            .seal = identity.seal(secret),
            .former_fingerprint = identity.former_fingerprint(),
            .former_seal = identity.former_seal()};
}

bool is_worth_keeping(int status) {
    constexpr std::array kNothingDone{400, 401, 406, 413, 415, 422, 429};
    return std::ranges::find(kNothingDone, status) == kNothingDone.end();
}

}  // namespace

struct Idempotency::Claim {
    std::optional<Uuid> creation_id;  // the claim is ours
    Bytes fingerprint;                // otherwise: of the request that has it
    std::optional<Bytes> answer;      // nothing while that is still under way
};

Awaitable<Response> Idempotency::answer(std::string_view key, Exchange& exchange, const Endpoint& endpoint) {
    if (!is_key(key))
        co_return problem(400, "invalid_idempotency_key", "An Idempotency-Key has 1 to 255 printable ASCII characters.",
                          exchange.request_id);
    auto identify_request = [method = exchange.head.method, path = std::string(exchange.head.path),
                             key = std::string(key), &secret = secret_](std::string_view body) {
        return identify(method, path, key, body, secret);
    };
    const auto identity = co_await exchange.work_on_body(std::move(identify_request));
    auto user = exchange.principal.user;
    auto claimed = co_await claim(user, std::string(key), identity.fingerprint, identity.former_fingerprint);
    if (!claimed.creation_id) {
        const bool is_former = equal_constant_time(claimed.fingerprint, identity.former_fingerprint);
        if (!is_former && !equal_constant_time(claimed.fingerprint, identity.fingerprint))
            co_return problem(422, "idempotency_key_reused", "The Idempotency-Key belongs to another request.",
                              exchange.request_id);
        if (!claimed.answer) co_return problem(request_in_progress(), exchange.request_id);
        auto kept = open_answer(*claimed.answer, is_former ? identity.former_seal : identity.seal);
        if (!kept) throw std::runtime_error("a kept answer cannot be opened");
        kept->headers.emplace_back("Idempotent-Replayed", "true");
        co_return std::move(*kept);
    }
    exchange.creation_id = claimed.creation_id;
    Response response;
    std::exception_ptr fault;
    try {
        response = co_await endpoint.handle(exchange);
    } catch (...) {
        fault = std::current_exception();
    }
    if (fault) {
        co_await begin_cleanup();
        co_await give_back(user, std::string(key));
        co_await end_cleanup();
        std::rethrow_exception(fault);
    }
    if (response.status >= 500)
        co_await give_back(user, std::string(key));
    else if (is_worth_keeping(response.status))
        co_await keep(user, std::string(key), seal_answer(response, identity.seal));
    else
        co_await release(user, std::string(key));
    co_return response;
}

// One transaction, one round trip. A claim is taken over when it is a day old, or when its time is over without a
// response: then what the same request creates keeps its id, as the first may have created it.
Awaitable<Idempotency::Claim> Idempotency::claim(UserId user, std::string key, Digest fingerprint,
                                                 Digest former_fingerprint) {
    static constexpr Statement kClaim{"idempotency_claim", R"(
        INSERT INTO idempotency_keys AS k (user_id, key, fingerprint, creation_id, claimed_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at, answer = NULL,
            creation_id = CASE WHEN k.claimed_at <= $6 OR k.fingerprint NOT IN (excluded.fingerprint, $8)
                               THEN excluded.creation_id ELSE k.creation_id END
        WHERE k.claimed_at <= $6 OR (k.answer IS NULL AND k.claimed_at <= $7)
        RETURNING creation_id)"};
    static constexpr Statement kLook{
        "idempotency_look", "SELECT fingerprint, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2"};
    auto now = clock_.now();
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kClaim, user, key, fingerprint, Uuid::v7(now), now, now - kKeptFor,
                                     now - longest_ - kGrace, former_fingerprint));
    queries.push_back(postgres::bind(kLook, user, key));
    auto answers = co_await database_.transaction(std::move(queries));
    Claim claim{.creation_id = {}, .fingerprint = {}, .answer = {}};
    if (!answers[0].empty()) {
        claim.creation_id = answers[0][0].get<Uuid>(0);
    } else {
        claim.fingerprint = answers[1][0].get<Bytes>(0);
        claim.answer = answers[1][0].get<std::optional<Bytes>>(1);
    }
    co_return claim;
}

Awaitable<> Idempotency::keep(UserId user, std::string key, Bytes answer) {
    static constexpr Statement kKeep{"idempotency_keep",
                                     "UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND key = $2"};
    co_await database_.query(kKeep, user, key, answer);
}

Awaitable<> Idempotency::release(UserId user, std::string key) {
    static constexpr Statement kRelease{
        "idempotency_release", "DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND answer IS NULL"};
    co_await database_.query(kRelease, user, key);
}

// After a fault the next request may take the claim over at once. Should this fail, too, it can when the claim's time
// is over.
Awaitable<> Idempotency::give_back(UserId user, std::string key) {
    static constexpr Statement kGiveBack{
        "idempotency_give_back",
        "UPDATE idempotency_keys SET claimed_at = $3 WHERE user_id = $1 AND key = $2 AND answer IS NULL"};
    try {
        co_await database_.query(kGiveBack, user, key, clock_.now() - longest_ - kGrace);
    } catch (const std::exception& fault) {
        log::warn("an idempotency key could not be given back", {{"error.message", fault.what()}});
    }
}

retention::Rule retention_rule() {
    static constexpr Statement kRemove{"idempotency_remove", R"(
        DELETE FROM idempotency_keys WHERE (user_id, key) IN (
            SELECT user_id, key FROM idempotency_keys WHERE claimed_at < $1 LIMIT $2))"};
    return retention::rows("idempotency_keys", kRemove, kKeptFor);
}

}  // namespace mindspace::http
