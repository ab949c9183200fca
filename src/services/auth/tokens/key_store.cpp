#include "services/auth/tokens/key_store.h"

#include "platform/postgres/connection/client.h"
#include "platform/postgres/connection/session.h"

namespace mindspace::auth {

using postgres::Statement;

namespace {

constexpr Statement kPublish{"auth_publish_key", R"(
    INSERT INTO signing_keys (kid, public_key, created_at, replaces) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING)"};

}  // namespace

Awaitable<bool> KeyStore::publish(SigningKey key, std::optional<std::string> replaces, Timestamp now) {
    static constexpr Statement kIsKnown{"auth_is_key_known", "SELECT 1 FROM signing_keys WHERE kid = $1"};
    std::vector<postgres::Query> queries;
    queries.push_back(postgres::bind(kPublish, key.kid(), key.public_key(), now, replaces));
    queries.push_back(postgres::bind(kIsKnown, replaces));
    auto results = co_await database_.transaction(std::move(queries));
    co_return !replaces || !results[1].empty();
}

// Other unused keys next to a replaced key were published for a rotation that was not completed.
Awaitable<> KeyStore::replace_now(SigningKey key, std::string withdrawn, Timestamp now) {
    static constexpr Statement kWithdraw{"auth_withdraw_keys", R"(
        WITH RECURSIVE withdrawn AS (
            SELECT $1 AS kid
            UNION
            SELECT younger.replaces FROM signing_keys AS younger JOIN withdrawn ON younger.kid = withdrawn.kid)
        DELETE FROM signing_keys
        WHERE kid <> $2 AND (kid IN (SELECT kid FROM withdrawn) OR replaces IN (SELECT kid FROM withdrawn)))"};
    std::vector<postgres::Query> queries;
    queries.push_back(
        postgres::bind(kPublish, key.kid(), key.public_key(), now, std::optional<std::string>(withdrawn)));
    queries.push_back(postgres::bind(kWithdraw, withdrawn, key.kid()));
    co_await database_.transaction(std::move(queries));
}

Awaitable<> KeyStore::retire_replaced(SigningKey key, Timestamp at) {
    // Other unused keys next to a replaced key were published for a rotation that was not completed.
    static constexpr Statement kRetire{"auth_retire_keys", R"(
        WITH RECURSIVE replaced AS (
            SELECT replaces AS kid FROM signing_keys WHERE kid = $1
            UNION
            SELECT older.replaces FROM signing_keys AS older JOIN replaced ON older.kid = replaced.kid)
        UPDATE signing_keys SET retires_at = $2
        WHERE retires_at IS NULL AND kid <> $1
          AND (kid IN (SELECT kid FROM replaced) OR replaces IN (SELECT kid FROM replaced)))"};
    co_await database_.query(kRetire, key.kid(), at);
}

Awaitable<> publish_signing_key(postgres::Session& session, SigningKey key, Timestamp now) {
    co_await session.query(kPublish, key.kid(), key.public_key(), now, std::optional<std::string>());
}

}  // namespace mindspace::auth
