#pragma once
// How much of this core each client network occupies: its open connections, and the bytes of responses that it has not
// read yet. A network is an IPv4 address or the /64 of an IPv6 one (network_of() of client_address.h). What one network
// may not have is the reserve of all others. Belongs to one core; outlives the places that it gives.

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace mindspace::http {

class ClientNetworks {
    struct Use {
        std::size_t connections = 0;
        std::size_t unread = 0;
    };
    using Entry = std::pair<const std::string, Use>;

public:
    // Of each network, at this core.
    struct Limits {
        std::size_t connections;
        std::size_t unread_bytes;
    };

    // Bytes that wait to be read, as long as this lives. Ends before its place.
    class Unread {
    public:
        Unread() = default;  // of a client that is not counted
        Unread(Use& use, std::size_t bytes) : use_(&use), bytes_(bytes) { use.unread += bytes; }
        Unread(Unread&& other) noexcept : use_(std::exchange(other.use_, nullptr)), bytes_(other.bytes_) {}
        Unread& operator=(Unread&&) = delete;
        ~Unread() {
            if (use_ != nullptr) use_->unread -= bytes_;
        }

    private:
        Use* use_ = nullptr;
        std::size_t bytes_ = 0;
    };

    // One connection's place, given back when it goes.
    class Place {
    public:
        Place() = default;  // of a client that is not counted: a proxy of ours
        Place(ClientNetworks& networks, Entry& entry) : networks_(&networks), entry_(&entry) {}
        Place(Place&& other) noexcept
            : networks_(std::exchange(other.networks_, nullptr)), entry_(std::exchange(other.entry_, nullptr)) {}
        Place& operator=(Place&& other) noexcept {
            std::swap(networks_, other.networks_);
            std::swap(entry_, other.entry_);
            return *this;
        }
        ~Place() {
            if (networks_ != nullptr) networks_->give_back(*entry_);
        }

        // Counts bytes that are about to be written. Nothing: the network has not read too much already.
        [[nodiscard]] std::optional<Unread> hold(std::size_t bytes);

    private:
        ClientNetworks* networks_ = nullptr;
        Entry* entry_ = nullptr;
    };

    explicit ClientNetworks(Limits limits) : limits_(limits) {}
    ClientNetworks(const ClientNetworks&) = delete;
    ClientNetworks& operator=(const ClientNetworks&) = delete;

    // Nothing when the network has all that it may have.
    [[nodiscard]] std::optional<Place> take(const std::string& network);
    // Networks with a connection.
    [[nodiscard]] std::size_t size() const { return uses_.size(); }

private:
    void give_back(Entry& entry);

    const Limits limits_;
    std::unordered_map<std::string, Use> uses_;
};

}  // namespace mindspace::http
