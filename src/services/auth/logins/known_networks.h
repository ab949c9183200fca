#pragma once
// The client networks with a successful login, the most recent ones, since the process started: when too many
// passwords wait to be hashed, those from strange networks are refused first. Any thread.

#include "platform/base/lru_cache.h"

#include <cstddef>
#include <mutex>
#include <string>

namespace mindspace::auth {

class KnownNetworks {
public:
    explicit KnownNetworks(std::size_t most) : networks_(most) {}

    // After the right password.
    void add(const std::string& ip);
    [[nodiscard]] bool contains(const std::string& ip);
    [[nodiscard]] std::size_t size() const;

private:
    struct Known {};
    mutable std::mutex mutex_;
    LruCache<std::string, Known> networks_;
};

}  // namespace mindspace::auth
