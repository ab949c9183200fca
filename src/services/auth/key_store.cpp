#include "services/auth/key_store.h"

#include "platform/postgres/client.h"
#include "platform/postgres/session.h"

namespace mindspace::auth {

using postgres::Statement;

namespace {

constexpr Statement kPublish{"auth_publish_key", R"(
    INSERT INTO signing_keys (kid, public_key, created_at, replaces) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING)"};

}  // namespace

Awaitable<> KeyStore::publish(SigningKey key, std::optional<std::string> replaces, Timestamp now) {
    co_await database_.query(kPublish, key.kid(), key.public_key(), now, replaces);
}

Awaitable<> KeyStore::retire_replaced(SigningKey key, Timestamp at) {
    // Those beside a replaced key were published for a rotation that did not come to its end.
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
