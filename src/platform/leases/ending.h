#pragma once
// Ends the leases on a subject, after a change that no core may overlook: waits until every core has ended its own, or
// no longer has any because its channel is silent. Needs no lease of its own: commands use it, too.

#include "platform/async/awaitable.h"
#include "platform/leases/heartbeat.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace::redis {
class Client;
}

namespace mindspace::leases {

// The registry, and the channel on which ends of leases are published.
inline constexpr std::string_view kRegistry = "{leases}:r";
inline constexpr std::string_view kChannel = "{leases}:ends";

// When an end is complete: a pure state machine.
class Ending {
public:
    // Redis has published the end; its reply came at `now`. `age` is that of the registry: one that is younger than a
    // lease may lack cores that still hold some.
    Ending(TimePoint now, Milliseconds age) : deadline_(now + kLease), must_wait_(age <= kLease) {}

    // So many cores have not heard of it; -1: unknown.
    void set_behind(std::int64_t cores) { is_heard_ = cores == 0; }
    [[nodiscard]] bool is_complete(TimePoint now) const { return now >= deadline_ || (is_heard_ && !must_wait_); }
    [[nodiscard]] bool must_wait() const { return must_wait_; }
    [[nodiscard]] TimePoint deadline() const { return deadline_; }

private:
    TimePoint deadline_;
    bool must_wait_;
    bool is_heard_ = false;
};

// Call it after the change. While Redis is unavailable it waits for kLease: by then no core that cannot reach Redis
// either holds a lease. A core that still can, although the caller cannot, may hold one for LeaseTable::kMaxAge.
Awaitable<> end_leases(redis::Client& redis, std::string subject);

}  // namespace mindspace::leases
