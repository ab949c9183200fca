#include "platform/http/client_networks.h"

namespace mindspace::http {

std::optional<ClientNetworks::Place> ClientNetworks::take(const std::string& network) {
    auto& entry = *uses_.try_emplace(network).first;
    if (entry.second.connections >= limits_.connections) return std::nullopt;
    ++entry.second.connections;
    return Place(*this, entry);
}

void ClientNetworks::give_back(Entry& entry) {
    if (--entry.second.connections == 0) uses_.erase(uses_.find(entry.first));
}

std::optional<ClientNetworks::Unread> ClientNetworks::Place::hold(std::size_t bytes) {
    if (entry_ == nullptr) return Unread();
    if (entry_->second.unread + bytes > networks_->limits_.unread_bytes) return std::nullopt;
    return Unread(entry_->second, bytes);
}

}  // namespace mindspace::http
