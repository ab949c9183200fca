#pragma once
// The table of public keys that access tokens are verified with, as the signer keeps it. Whoever verifies reads it
// through AuthStore::list_signing_keys().

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

    // Makes the key's public half known to every role; harmless when it is known already. `replaces` is the kid that
    // was signed with until now. False when that one has been withdrawn.
    Awaitable<bool> publish(SigningKey key, std::optional<std::string> replaces, Timestamp now);
    // The same, and `withdrawn` with all that it had replaced is forgotten at once: every process refuses their tokens.
    Awaitable<> replace_now(SigningKey key, std::string withdrawn, Timestamp now);
    // The key is the one that is signed with: those that it replaced, directly or not, are forgotten at `at`.
    Awaitable<> retire_replaced(SigningKey key, Timestamp at);

private:
    postgres::Client& database_;
};

// KeyStore::publish at the start, before anybody can be given a token.
Awaitable<> publish_signing_key(postgres::Session& session, SigningKey key, Timestamp now);

}  // namespace mindspace::auth
