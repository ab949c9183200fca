#pragma once
// The public keys as one core knows them. The table is read every five seconds at most, by one at a time: neither an
// unknown kid nor a request for the JWKS is a way to make us ask the database. A key that is withdrawn is forgotten
// with the commit (revocations.h).

#include "platform/async/single_flight.h"
#include "services/auth/logins/store.h"

#include <memory>
#include <vector>

namespace mindspace::auth {

// How long a core may go without a key that has been published, and how long others may keep a JWKS response.
inline constexpr Seconds kKeyReadInterval{5};
inline constexpr Seconds kJwksMaxAge{5};
inline constexpr std::string_view kJwksCacheControl = "public, max-age=5";
// So long before it signs, a key is published: then no verifier can have missed it.
inline constexpr Seconds kPublishedAhead = kKeyReadInterval + kJwksMaxAge + Seconds(1);

class KeyRing {
public:
    using Keys = std::shared_ptr<const std::vector<SigningKey>>;

    explicit KeyRing(AuthStore store) : store_(store) {}

    // What was read last, however old; never null.
    [[nodiscard]] Keys known() const { return keys_; }
    // Read less than five seconds ago, or now. Those who ask at the same time share one read. Throws Unavailable.
    Awaitable<Keys> recent(Timestamp now);
    // A key has been withdrawn, or may have been: nothing is known, and nobody gets what was read before.
    void forget();

private:
    Awaitable<Keys> read(Timestamp now);

    AuthStore store_;
    Keys keys_ = std::make_shared<const std::vector<SigningKey>>();
    Timestamp read_at_{};
    int generation_ = 0;             // of what has not been forgotten
    SingleFlight<int, Keys> reads_;  // by generation: there is one table
};

}  // namespace mindspace::auth
