#pragma once
// The table of Idempotency-Keys: the request that claimed a key, and the stored response. Independent of HTTP; the
// responses are encrypted before they are stored (stored_response.h). One per core.

#include "platform/async/awaitable.h"
#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <optional>
#include <string>

namespace mindspace::postgres {
class Client;
}

namespace mindspace::retention {
struct Rule;
}

namespace mindspace::idempotency {

// Distinguishes requests with the same key; `former` is how earlier versions derived it.
struct Fingerprints {
    Digest present;
    Digest former;
};

struct ClaimedKey {
    std::optional<Uuid> creation_id;  // if this request has claimed the key: the id of what it creates
    Bytes fingerprint;                // otherwise: of the request that has claimed it
    std::optional<Bytes> response;    // to that request; nothing while it is being handled
};

class Keys {
public:
    // `max_duration` is the maximum duration of a request.
    Keys(postgres::Client& database, Seconds max_duration) : database_(database), max_duration_(max_duration) {}

    // One transaction, one round trip. Claims a key that is unused, a day old, or whose claim has expired without a
    // response; in the last case the same request gets the same creation_id, as the first one may have created it.
    Awaitable<ClaimedKey> claim(UserId user, std::string key, Fingerprints fingerprints, Timestamp now);
    Awaitable<> store(UserId user, std::string key, Bytes response);
    // Releases the key of a request that has changed nothing.
    Awaitable<> release(UserId user, std::string key);
    // Releases the key of a request that has failed and may have changed something, and claimed the key at that time,
    // or tried to: only the same request may claim it again at once. Never throws; if it fails, the key can be claimed
    // when the claim has expired.
    Awaitable<> release_failed(UserId user, std::string key, Timestamp claimed_at);

private:
    postgres::Client& database_;
    Seconds max_duration_;
};

// Responses are stored for a day.
retention::Rule retention_rule();

}  // namespace mindspace::idempotency
