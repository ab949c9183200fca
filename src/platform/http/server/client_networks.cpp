#include "platform/http/server/client_networks.h"

namespace mindspace::http {

namespace {

// What any network may use; the rest is the reserve for networks with low usage.
constexpr std::size_t without_reserve(std::size_t total) {
    return total / 4 * 3;
}

}  // namespace

std::optional<ClientNetworks::Slot> ClientNetworks::take(const std::string& network, std::size_t open) {
    auto& entry = *usages_.try_emplace(network).first;
    const auto taken = entry.second.connections;
    const bool is_reserve = open > without_reserve(limits_.total_connections);
    if (taken >= limits_.connections || (is_reserve && taken >= kFewConnections)) return std::nullopt;
    ++entry.second.connections;
    return Slot(*this, entry);
}

void ClientNetworks::release(Entry& entry) {
    if (--entry.second.connections == 0) usages_.erase(usages_.find(entry.first));
}

std::optional<ClientNetworks::Bound> ClientNetworks::refusal(const Usage* usage, std::size_t bytes) const {
    if (bytes <= kSmallResponse) return std::nullopt;
    const auto own = usage != nullptr ? usage->unread + bytes : 0;
    if (own > limits_.unread_bytes) return Bound::network;
    const auto total = static_cast<std::size_t>(unread_.value()) + bytes;
    const bool has_low_usage = usage != nullptr && own <= kLowUnreadBytes;
    const auto limit = has_low_usage ? limits_.total_unread_bytes : without_reserve(limits_.total_unread_bytes);
    if (total > limit) return Bound::total;
    return std::nullopt;
}

std::expected<ClientNetworks::UnreadBytes, ClientNetworks::Bound> ClientNetworks::Slot::count_unread(
    std::size_t bytes) {
    auto* usage = entry_ != nullptr ? &entry_->second : nullptr;
    if (auto bound = networks_->refusal(usage, bytes)) return std::unexpected(*bound);
    return UnreadBytes(networks_->unread_, usage, bytes);
}

}  // namespace mindspace::http
