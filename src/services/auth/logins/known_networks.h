#pragma once
// The client networks with a successful login since the process started, the most recent ones: if too many passwords
// wait to be hashed, those from unknown networks are rejected first. Any thread.

#include "platform/base/lru_cache.h"

#include <cstddef>
#include <mutex>
#include <string>

namespace mindspace::auth {

class KnownNetworks {
public:
    explicit KnownNetworks(std::size_t most) : networks_(most) {}

    // Called after the correct password.
    void add(const std::string& ip);
    [[nodiscard]] bool contains(const std::string& ip);
    [[nodiscard]] std::size_t size() const;

private:
    struct Known {};
    mutable std::mutex mutex_;
    LruCache<std::string, Known> networks_;
};

}  // namespace mindspace::auth
