#include "platform/idempotency/keys.h"

#include "platform/postgres/connection/client.h"
#include "platform/retention/retention.h"
#include "platform/telemetry/log/log.h"

#include <exception>
#include <utility>
#include <vector>

namespace mindspace::idempotency {

using postgres::Statement;

namespace {

constexpr auto kRetention = std::chrono::hours(24);
constexpr Seconds kGrace{5};  // added to the longest duration of a request

}  // namespace

Awaitable<ClaimedKey> Keys::claim(UserId user, std::string key, Fingerprints fingerprints, Timestamp now) {
    static constexpr Statement kClaim{"idempotency_claim", R"(
        INSERT INTO idempotency_keys AS k (user_id, key, fingerprint, creation_id, claimed_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (user_id, key) DO UPDATE
        SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at, answer = NULL,
            creation_id = CASE WHEN k.claimed_at <= $6 OR k.fingerprint NOT IN (excluded.fingerprint, $8)
                               THEN excluded.creation_id ELSE k.creation_id END
        WHERE k.claimed_at <= $6 OR (k.answer IS NULL AND k.claimed_at <= $7)
        RETURNING creation_id)"};
    static constexpr Statement kFind{
        "idempotency_look", "SELECT fingerprint, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kClaim, user, key, fingerprints.present, Uuid::v7(now), now, now - kRetention,
                                     now - max_duration_ - kGrace, fingerprints.former));
    queries.push_back(postgres::bind(kFind, user, key));
    auto results = co_await database_.transaction(std::move(queries));
    ClaimedKey claimed{.creation_id = {}, .fingerprint = {}, .response = {}};
    if (!results[0].empty()) {
        claimed.creation_id = results[0][0].get<Uuid>(0);
    } else {
        claimed.fingerprint = results[1][0].get<Bytes>(0);
        claimed.response = results[1][0].get<std::optional<Bytes>>(1);
    }
    co_return claimed;
}

Awaitable<> Keys::store(UserId user, std::string key, Bytes response) {
    static constexpr Statement kStore{"idempotency_keep",
                                      "UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND key = $2"};
    co_await database_.query(kStore, user, key, response);
}

Awaitable<> Keys::release(UserId user, std::string key) {
    static constexpr Statement kRelease{
        "idempotency_release", "DELETE FROM idempotency_keys WHERE user_id = $1 AND key = $2 AND answer IS NULL"};
    co_await database_.query(kRelease, user, key);
}

Awaitable<> Keys::release_failed(UserId user, std::string key, Timestamp claimed_at) {
    static constexpr Statement kReleaseFailed{
        "idempotency_give_back",
        "UPDATE idempotency_keys SET claimed_at = $4"
        " WHERE user_id = $1 AND key = $2 AND answer IS NULL AND claimed_at = $3"};
    try {
        co_await database_.query(kReleaseFailed, user, key, claimed_at, claimed_at - max_duration_ - kGrace);
    } catch (const std::exception& fault) {
        log::warn("cannot release an idempotency key", {{"error.message", fault.what()}});
    }
}

retention::Rule retention_rule() {
    static constexpr Statement kRemove{"idempotency_remove", R"(
        DELETE FROM idempotency_keys WHERE (user_id, key) IN (
            SELECT user_id, key FROM idempotency_keys WHERE claimed_at < $1 LIMIT $2))"};
    return retention::rows("idempotency_keys", kRemove, kRetention);
}

}  // namespace mindspace::idempotency
