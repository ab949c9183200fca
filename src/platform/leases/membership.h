#pragma once
// A core's membership in the registry of those that may hold leases (beat.lua), as a pure state machine. Each beat
// registers the core in Redis, and then confirms that the channel on which ends of leases are published has delivered
// all earlier ones. An end of leases waits for the registered cores, so it must reach every core whose membership is
// fresh.

#include "platform/leases/heartbeat.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace mindspace::leases {

// The reply to a registration.
struct Registration {
    std::string registry;     // differs after each loss of Redis's memory
    std::uint64_t ended = 0;  // the number of the last end of leases
    unsigned cores = 0;       // that were members within the last minute, this one included
    bool is_new = false;      // the core was unknown to the registry
    Milliseconds age{};       // of the registry
};

// The last end of leases that a core has heard of; it holds no lease that this one or an earlier one has ended.
struct Heard {
    std::string registry;
    std::uint64_t number = 0;
    bool operator==(const Heard&) const = default;
};

class Membership {
public:
    // What the core reports at its next registration.
    [[nodiscard]] const Heard& heard() const { return heard_; }
    // An end of leases has been pushed. Returns false if earlier ones are missing: then the caller ends all of its
    // leases, before it uses another one.
    [[nodiscard]] bool hear(Heard heard) {
        const bool is_next = heard == Heard{.registry = heard_.registry, .number = heard_.number + 1};
        heard_ = std::move(heard);
        return is_next;
    }

    // A beat is complete: registered with a command sent at `sent_at`, then confirmed by the channel. Returns false as
    // hear() does.
    [[nodiscard]] bool complete_beat(Registration registration, TimePoint sent_at) {
        const bool was_absent = sent_at - registered_at_ > kMemory / 2;
        if (registration.is_new || registration.registry != registry_ || was_absent) {
            joined_at_ = sent_at;
            is_founder_ = registration.age <= kFoundation;
        }
        // Those that had been published when the core was registered have arrived, and perhaps later ones.
        const bool has_all = heard_.registry == registration.registry && heard_.number >= registration.ended;
        if (!has_all) heard_ = {.registry = registration.registry, .number = registration.ended};
        registry_ = std::move(registration.registry);
        registered_at_ = sent_at;
        cores_ = registration.cores;
        age_ = registration.age;
        heartbeat_.confirm(sent_at);
        return has_all;
    }

    // Whether leases may be used.
    [[nodiscard]] bool is_fresh(TimePoint now) const { return heartbeat_.is_fresh(now); }

    // Of how many shares of a quota this core may use one; nothing (nullopt) if it may use none. Calls that another
    // core has admitted on its share count for a minute, so a core that joins later waits until all shares were made
    // with it in mind; those that join a new registry at once only wait for each other.
    [[nodiscard]] std::optional<unsigned> shares(TimePoint now) const {
        if (!is_fresh(now)) return std::nullopt;
        const bool may_take_part = is_founder_ ? age_ > kFoundation : now - joined_at_ > kMemory;
        return may_take_part ? std::optional(cores_) : std::nullopt;
    }

    // The registry remembers a core for so long after its last beat (beat.lua).
    static constexpr Seconds kMemory{61};
    static constexpr Milliseconds kFoundation{1000};

private:
    Heartbeat heartbeat_;
    Heard heard_;
    std::string registry_;
    TimePoint registered_at_{};
    TimePoint joined_at_{};
    bool is_founder_ = false;
    unsigned cores_ = 1;
    Milliseconds age_{};
};

}  // namespace mindspace::leases
