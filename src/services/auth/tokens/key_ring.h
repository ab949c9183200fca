#pragma once
// The public keys as one core knows them. The table is read every five seconds at most, by one coroutine at a time:
// neither an unknown kid nor a request for the JWKS can make us query the database more often. A withdrawn key is
// forgotten as soon as that is committed (revocations.h).

#include "platform/async/single_flight.h"
#include "services/auth/logins/store.h"

#include <memory>
#include <vector>

namespace mindspace::auth {

// How long a core may lack a key that has been published, and how long other verifiers may cache a JWKS response.
inline constexpr Seconds kKeyReadInterval{5};
inline constexpr Seconds kJwksMaxAge{5};
inline constexpr std::string_view kJwksCacheControl = "public, max-age=5";
// A key is published for this long before it signs: then every verifier has read it.
inline constexpr Seconds kPublishedAhead = kKeyReadInterval + kJwksMaxAge + Seconds(1);

class KeyRing {
public:
    using Keys = std::shared_ptr<const std::vector<SigningKey>>;

    explicit KeyRing(AuthStore store) : store_(store) {}

    // The keys that were read last, however old; never null.
    [[nodiscard]] Keys known() const { return keys_; }
    // Keys that were read less than five seconds ago, or are read now. Simultaneous callers share one read. Throws
    // Unavailable.
    Awaitable<Keys> recent(Timestamp now);
    // A key has been withdrawn, or may have been: discards all keys, and no caller gets keys that were read before.
    void clear();

private:
    Awaitable<Keys> read(Timestamp now);

    AuthStore store_;
    Keys keys_ = std::make_shared<const std::vector<SigningKey>>();
    Timestamp read_at_{};
    int generation_ = 0;             // incremented by clear()
    SingleFlight<int, Keys> reads_;  // by generation: there is one table
};

}  // namespace mindspace::auth
