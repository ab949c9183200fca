#include "platform/http/server/client_networks.h"

namespace mindspace::http {

namespace {

// What all may take; the rest is the reserve.
constexpr std::size_t without_reserve(std::size_t total) {
    return total / 4 * 3;
}

}  // namespace

std::optional<ClientNetworks::Place> ClientNetworks::take(const std::string& network, std::size_t open) {
    auto& entry = *uses_.try_emplace(network).first;
    const auto taken = entry.second.connections;
    const bool is_reserve = open > without_reserve(limits_.total_connections);
    if (taken >= limits_.connections || (is_reserve && taken >= kFewConnections)) return std::nullopt;
    ++entry.second.connections;
    return Place(*this, entry);
}

void ClientNetworks::give_back(Entry& entry) {
    if (--entry.second.connections == 0) uses_.erase(uses_.find(entry.first));
}

std::optional<ClientNetworks::Bound> ClientNetworks::refusal(const Use* use, std::size_t bytes) const {
    if (bytes <= kSmallResponse) return std::nullopt;
    const auto own = use != nullptr ? use->unread + bytes : 0;
    if (own > limits_.unread_bytes) return Bound::network;
    const auto total = static_cast<std::size_t>(unread_.value()) + bytes;
    const bool has_little = use != nullptr && own <= kLittleUnread;
    const auto limit = has_little ? limits_.total_unread_bytes : without_reserve(limits_.total_unread_bytes);
    if (total > limit) return Bound::total;
    return std::nullopt;
}

std::expected<ClientNetworks::Unread, ClientNetworks::Bound> ClientNetworks::Place::hold(std::size_t bytes) {
    auto* use = entry_ != nullptr ? &entry_->second : nullptr;
    if (auto bound = networks_->refusal(use, bytes)) return std::unexpected(*bound);
    return Unread(networks_->unread_, use, bytes);
}

}  // namespace mindspace::http
