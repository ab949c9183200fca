#pragma once
// Verifies access tokens, in whichever process it runs. One per core. A verified token is remembered until it expires,
// or until a signing key is withdrawn; whether its login session is alive is another question
// (admission/login_admission.h).

#include "platform/base/lru_cache.h"
#include "platform/http/access/authentication.h"
#include "platform/telemetry/metrics/cache_stats.h"
#include "services/auth/tokens/access_token.h"
#include "services/auth/tokens/key_ring.h"

#include <string>

namespace mindspace::auth {

class TokenVerifier final : public http::Authentication {
public:
    // `signatures` are those of all cores; `remembered`: how many verified tokens are kept.
    TokenVerifier(AuthStore store, TokenRules rules, KnownSignatures& signatures, std::size_t remembered)
        : rules_(std::move(rules)), keys_(store), signatures_(signatures), verified_(remembered) {}

    Awaitable<Result<http::Principal>> authenticate(std::string_view access_token) override;
    // After a signing key has been withdrawn, or may have been: the keys are read again before the next token is
    // accepted.
    void drop_keys();
    // The public keys as this core knows them.
    [[nodiscard]] KeyRing& keys() { return keys_; }
    [[nodiscard]] const telemetry::CacheStats& cache_stats() const { return cache_stats_; }

private:
    TokenRules rules_;
    KeyRing keys_;
    KnownSignatures& signatures_;
    LruCache<std::string, http::Principal> verified_;
    telemetry::CacheStats cache_stats_;
    SystemClock clock_;
};

}  // namespace mindspace::auth
