#pragma once
// Passwords: argon2id on a bounded pool of threads off the event loops.

#include "platform/async/awaitable.h"
#include "platform/async/worker_pool.h"
#include "services/auth/passwords/argon2/argon2id.h"

#include <string>
#include <string_view>

namespace mindspace::auth {

// RFC 8265 OpaqueString, but without its rejections: every space becomes U+0020, and the result is in NFC (Unicode
// Annex 15), because one password typed on two keyboards can be two sequences of code points.
std::string prepared_password(std::string_view password);

using HashingCost = argon2::Cost;

class PasswordHasher {
public:
    // Preferred: clients known by a token or by their network (known_networks.h). A flood of unknown clients leaves
    // them the slots in the queue that the pool reserves.
    using QueuePriority = WorkerPool::QueuePriority;

    // The pool's threads keep the memory of a hash until they have been idle for some time.
    PasswordHasher(WorkerPool& pool, HashingCost cost);

    // The PHC string of the password. Fault: Unavailable if the pool is full.
    Awaitable<std::string> hash(std::string password, QueuePriority priority = QueuePriority::normal);
    // Whether the password matches the PHC string.
    Awaitable<bool> verify(std::string password, std::string phc, QueuePriority priority = QueuePriority::normal);
    // False: the pool is full, so a login can be rejected without further work.
    [[nodiscard]] bool has_capacity(QueuePriority priority) { return pool_.has_capacity(priority); }
    // Whether the PHC string was made with less memory or fewer passes than the current settings.
    [[nodiscard]] bool is_outdated(const std::string& phc) const;
    // Does the same work as verify, for an account that does not exist.
    Awaitable<> simulate_verification(std::string password, QueuePriority priority);

private:
    WorkerPool& pool_;
    HashingCost cost_;
    std::string unmatchable_hash_;
};

}  // namespace mindspace::auth
