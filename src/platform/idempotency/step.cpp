#include "platform/idempotency/step.h"

#include "platform/http/api/endpoint.h"
#include "platform/idempotency/stored_response.h"
#include "platform/json/canonical.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace mindspace::idempotency {

using http::Exchange;
using http::Response;

// The state of one request between before() and after().
struct Claim {
    std::string key;
    Digest seal;
    Timestamp claimed_at;
};

namespace {

constexpr std::size_t kMaxKeyLength = 255;
constexpr std::size_t kMaxReleases = 1000;

bool is_valid_key(std::string_view text) {
    return !text.empty() && text.size() <= kMaxKeyLength &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Error request_in_progress() {
    return {.code = ErrorCode::conflict,
            .reason = "request_in_progress",
            .detail = "The first request with this Idempotency-Key is still running.",
            .faults = {},
            .retry_after = 1};
}

// Derived from a request, whose body may be long.
struct RequestFingerprint {
    Fingerprints fingerprints;
    Digest seal;
    Digest former_seal;
};

RequestFingerprint identify(http::Method method, std::string_view path, std::string_view key, std::string_view body,
                            const Secret& secret) {
    const auto canonical = canonical_json(body);
    const RequestIdentity identity{.method = http::method_name(method), .path = path, .key = key, .body = canonical};
    return {.fingerprints = {.present = identity.fingerprint(secret), .former = identity.former_fingerprint()},
            .seal = identity.seal(secret),
            .former_seal = identity.former_seal()};
}

bool should_store(int status) {
    constexpr std::array kNotExecuted{400, 401, 406, 413, 415, 422, 429};
    return std::ranges::find(kNotExecuted, status) == kNotExecuted.end();
}

// The response to a request whose key is claimed by another one.
Response replay(const ClaimedKey& claimed, const RequestFingerprint& identity, std::string_view request_id) {
    const bool is_former = equal_constant_time(claimed.fingerprint, identity.fingerprints.former);
    if (!is_former && !equal_constant_time(claimed.fingerprint, identity.fingerprints.present))
        return http::problem(422, "idempotency_key_reused",
                             "The Idempotency-Key was already used for a different request.", request_id);
    if (!claimed.response) return http::problem(request_in_progress(), request_id);
    auto stored = open_response(*claimed.response, is_former ? identity.former_seal : identity.seal);
    if (!stored) throw std::runtime_error("cannot decrypt a stored response");
    stored->headers.emplace_back("Idempotent-Replayed", "true");
    return std::move(*stored);
}

}  // namespace

IdempotencyStep::IdempotencyStep(asio::io_context& loop, postgres::Client& database, const Secret& secret,
                                 Seconds max_duration)
    : keys_(database, max_duration), secret_(secret), tasks_(loop, {.limit = kMaxReleases}) {}

Awaitable<> IdempotencyStep::before(Exchange& exchange) {
    const auto& endpoint = *exchange.endpoint;
    if (!endpoint.declaration.creates || endpoint.forwarded) return {};
    const auto key = exchange.head.find("idempotency-key");
    return key ? claim(exchange, *key) : Awaitable<>();
}

Awaitable<> IdempotencyStep::claim(Exchange& exchange, std::string_view key) {
    if (!is_valid_key(key)) {
        exchange.response =
            http::problem(400, "invalid_idempotency_key",
                          "An Idempotency-Key must have 1 to 255 printable ASCII characters.", exchange.request_id);
        co_return;
    }
    auto identify_request = [method = exchange.head.method, path = std::string(exchange.head.path),
                             key = std::string(key), &secret = secret_](std::string_view body) {
        return identify(method, path, key, body, secret);
    };
    const auto identity = co_await exchange.work_on_body(std::move(identify_request));
    // Set before the attempt: if that is cancelled, the key may have been claimed nevertheless.
    const auto now = clock_.now();
    exchange.claim = std::make_shared<Claim>(std::string(key), identity.seal, now);
    const auto claimed = co_await keys_.claim(exchange.principal.user, std::string(key), identity.fingerprints, now);
    exchange.creation_id = claimed.creation_id;
    if (claimed.creation_id) co_return;
    exchange.claim.reset();
    exchange.response = replay(claimed, identity, exchange.request_id);
}

Awaitable<> IdempotencyStep::after(Exchange& exchange, Response& response) {
    return exchange.claim ? settle(exchange, response) : Awaitable<>();
}

Awaitable<> IdempotencyStep::settle(Exchange& exchange, const Response& response) {
    const auto claim = std::exchange(exchange.claim, nullptr);
    const auto user = exchange.principal.user;
    const bool has_failed = response.status >= 500;
    if (has_failed && exchange.is_late)  // perhaps because of the database: the response must not wait for it again
        std::ignore = tasks_.try_spawn(keys_.release_failed(user, claim->key, claim->claimed_at));
    else if (has_failed)
        co_await keys_.release_failed(user, claim->key, claim->claimed_at);
    else if (should_store(response.status))
        co_await keys_.store(user, claim->key, seal_response(response, claim->seal));
    else
        co_await keys_.release(user, claim->key);
}

}  // namespace mindspace::idempotency
