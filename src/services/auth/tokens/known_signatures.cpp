#include "services/auth/tokens/known_signatures.h"

#include "platform/base/bytes.h"

#include <cstdint>

namespace mindspace::auth {

namespace {

std::string digest_of(std::string_view token) {
    const auto digest = sha256(as_bytes(token));
    return {digest.begin(), digest.end()};
}

}  // namespace

KnownSignatures::KnownSignatures(std::size_t capacity) {
    for (auto& part : parts_) part.tokens = LruCache<std::string, Known>(capacity / parts_.size() + 1);
}

bool KnownSignatures::contains(std::string_view token) {
    const auto digest = digest_of(token);
    auto& part = part_of(digest);
    const std::scoped_lock lock(part.mutex);
    const bool is_known = part.tokens.find(digest) != nullptr;
    part.stats.count(is_known);
    return is_known;
}

void KnownSignatures::insert(std::string_view token) {
    auto digest = digest_of(token);
    auto& part = part_of(digest);
    const std::scoped_lock lock(part.mutex);
    part.tokens.insert(std::move(digest), {});
    part.stats.entries.set(static_cast<std::int64_t>(part.tokens.size()));
}

std::vector<const telemetry::CacheStats*> KnownSignatures::stats() const {
    std::vector<const telemetry::CacheStats*> stats;
    for (const auto& part : parts_) stats.push_back(&part.stats);
    return stats;
}

KnownSignatures::Part& KnownSignatures::part_of(std::string_view digest) {
    return parts_[static_cast<std::uint8_t>(digest.front()) % parts_.size()];
}

}  // namespace mindspace::auth
