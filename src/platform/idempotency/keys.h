#pragma once
// The table of Idempotency-Keys: which request holds one, and the response to it once there is one. Knows no HTTP; what
// is kept is encrypted already (stored_response.h). One per core.

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

// What tells a request from others with the same key; programs of before derived it in another way.
struct Fingerprints {
    Digest present;
    Digest former;
};

struct ClaimedKey {
    std::optional<Uuid> creation_id;  // the key is ours: of what the request creates
    Bytes fingerprint;                // otherwise: of the request that holds it
    std::optional<Bytes> response;    // to that; nothing while it is handled
};

class Keys {
public:
    // `max_duration` is how long a request may take at most.
    Keys(postgres::Client& database, Seconds max_duration) : database_(database), max_duration_(max_duration) {}

    // One transaction, one round trip. A key is taken over when it is a day old, or when its time is over without a
    // response: then what the same request creates keeps its id, as the first may have created it.
    Awaitable<ClaimedKey> claim(UserId user, std::string key, Fingerprints fingerprints, Timestamp now);
    Awaitable<> store(UserId user, std::string key, Bytes response);
    // The request has changed nothing: the key is free.
    Awaitable<> release(UserId user, std::string key);
    // The request that claimed the key at that time, or tried to, may have changed something and has failed: the same
    // one may take the key over at once. Never throws; should it fail, too, the key can be taken over when its time is
    // over.
    Awaitable<> release_failed(UserId user, std::string key, Timestamp claimed_at);

private:
    postgres::Client& database_;
    Seconds max_duration_;
};

// Responses are kept for a day.
retention::Rule retention_rule();

}  // namespace mindspace::idempotency
