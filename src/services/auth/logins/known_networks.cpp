#include "services/auth/logins/known_networks.h"

#include "platform/http/server/client_address.h"

namespace mindspace::auth {

void KnownNetworks::add(const std::string& ip) {
    auto network = http::network_of(ip);
    const std::scoped_lock lock(mutex_);
    networks_.insert(std::move(network), {});
}

bool KnownNetworks::contains(const std::string& ip) {
    const auto network = http::network_of(ip);
    const std::scoped_lock lock(mutex_);
    return networks_.find(network) != nullptr;
}

std::size_t KnownNetworks::size() const {
    const std::scoped_lock lock(mutex_);
    return networks_.size();
}

}  // namespace mindspace::auth
