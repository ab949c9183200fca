#pragma once
// The access tokens whose signature this process has made or checked, so that no core checks it again: an Ed25519
// signature takes as long to check as several requests. Only that is remembered, and it stays true; whether the key is
// still ours and what the token says is checked each time. The least recently used are forgotten. Any thread.

#include "platform/base/lru_cache.h"
#include "platform/telemetry/metrics/cache_stats.h"

#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::auth {

class KnownSignatures {
public:
    // `capacity`: how many tokens are remembered, about 150 bytes each.
    explicit KnownSignatures(std::size_t capacity);

    [[nodiscard]] bool contains(std::string_view token);
    // Its signature must be valid for the key that its header names.
    void insert(std::string_view token);

    // To be added up.
    [[nodiscard]] std::vector<const telemetry::CacheStats*> stats() const;

private:
    struct Known {};
    // Each has its lock, so that cores rarely wait for one another.
    struct Part {
        std::mutex mutex;
        LruCache<std::string, Known> tokens{0};  // by SHA-256
        telemetry::CacheStats stats;
    };

    Part& part_of(std::string_view digest);

    std::array<Part, 16> parts_;
};

}  // namespace mindspace::auth
