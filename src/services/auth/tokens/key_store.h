#pragma once
// The table of the public keys that verify access tokens, as maintained by the signer. Verifiers read it through
// AuthStore::list_signing_keys().

#include "platform/async/awaitable.h"
#include "platform/base/time.h"
#include "services/auth/tokens/signing_key.h"

#include <optional>
#include <string>

namespace mindspace::postgres {
class Client;
class Session;
}  // namespace mindspace::postgres

namespace mindspace::auth {

class KeyStore {
public:
    explicit KeyStore(postgres::Client& database) : database_(database) {}

    // Publishes the key's public half to every role; harmless if already published. `replaces` is the kid of the
    // previous signing key. False if that key has been withdrawn.
    Awaitable<bool> publish(SigningKey key, std::optional<std::string> replaces, Timestamp now);
    // As publish(), and removes `withdrawn` and all keys that it had replaced immediately: every process rejects their
    // tokens.
    Awaitable<> replace_now(SigningKey key, std::string withdrawn, Timestamp now);
    // The key is now used for signing: the keys that it replaced, directly or not, are removed at `at`.
    Awaitable<> retire_replaced(SigningKey key, Timestamp at);

private:
    postgres::Client& database_;
};

// KeyStore::publish at the start, before any token is issued.
Awaitable<> publish_signing_key(postgres::Session& session, SigningKey key, Timestamp now);

}  // namespace mindspace::auth
