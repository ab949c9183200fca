#pragma once
// How much of this core each client network uses: its open connections, and the bytes of responses that it has not read
// yet. A network is an IPv4 address or the /64 of an IPv6 one (network_of() of client_address.h). A limit per network
// protects all others; and when many networks together use three quarters of the total, the last quarter is reserved
// for networks with low usage. Belongs to one core; must outlive the slots that it gives.

#include "platform/telemetry/metrics/page.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace mindspace::http {

class ClientNetworks {
    struct Usage {
        std::size_t connections = 0;
        std::size_t unread = 0;
    };
    using Entry = std::pair<const std::string, Usage>;

public:
    // On this core: per network, and in total.
    struct Limits {
        std::size_t connections;
        std::size_t unread_bytes;
        std::size_t total_connections;
        std::size_t total_unread_bytes;
    };
    // The limit that was reached.
    enum class Bound : std::uint8_t { network, total };

    // Up to these a network has low usage and may use the reserve. Smaller responses than kSmallResponse are always
    // allowed: each connection has at most one.
    static constexpr std::size_t kFewConnections = 16;
    static constexpr std::size_t kLowUnreadBytes = 1024 * 1024;
    static constexpr std::size_t kSmallResponse = 8 * 1024;

    // Counts bytes that wait to be read, during its lifetime. Must be destroyed before its slot.
    class UnreadBytes {
    public:
        UnreadBytes(telemetry::Gauge& total, Usage* usage, std::size_t bytes)
            : total_(&total), usage_(usage), bytes_(bytes) {
            count(static_cast<std::int64_t>(bytes_));
        }
        UnreadBytes(UnreadBytes&& other) noexcept
            : total_(std::exchange(other.total_, nullptr)), usage_(other.usage_), bytes_(other.bytes_) {}
        UnreadBytes& operator=(UnreadBytes&&) = delete;
        ~UnreadBytes() {
            if (total_ != nullptr) count(-static_cast<std::int64_t>(bytes_));
        }

    private:
        void count(std::int64_t bytes) {
            total_->add(bytes);
            if (usage_ != nullptr) usage_->unread += static_cast<std::size_t>(bytes);
        }

        telemetry::Gauge* total_;
        Usage* usage_;  // null for a proxy
        std::size_t bytes_;
    };

    // The slot of one connection; the destructor releases it.
    class Slot {
    public:
        // For a trusted proxy, which is not limited itself.
        explicit Slot(ClientNetworks& networks) : networks_(&networks) {}
        Slot(ClientNetworks& networks, Entry& entry) : networks_(&networks), entry_(&entry) {}
        Slot(Slot&& other) noexcept
            : networks_(std::exchange(other.networks_, nullptr)), entry_(std::exchange(other.entry_, nullptr)) {}
        Slot& operator=(Slot&& other) noexcept {
            std::swap(networks_, other.networks_);
            std::swap(entry_, other.entry_);
            return *this;
        }
        ~Slot() {
            if (entry_ != nullptr) networks_->release(*entry_);
        }

        // Counts bytes that are about to be written, or returns the limit that they would exceed.
        [[nodiscard]] std::expected<UnreadBytes, Bound> count_unread(std::size_t bytes);

    private:
        ClientNetworks* networks_;
        Entry* entry_ = nullptr;
    };

    // `unread` shows the total of unread bytes; it must outlive this object.
    ClientNetworks(Limits limits, telemetry::Gauge& unread) : limits_(limits), unread_(unread) {}
    ClientNetworks(const ClientNetworks&) = delete;
    ClientNetworks& operator=(const ClientNetworks&) = delete;

    // Nothing (nullopt) at the network's limit. `open` is the number of this core's connections, including this one.
    [[nodiscard]] std::optional<Slot> take(const std::string& network, std::size_t open);
    // The number of networks with a connection.
    [[nodiscard]] std::size_t size() const { return usages_.size(); }

private:
    [[nodiscard]] std::optional<Bound> refusal(const Usage* usage, std::size_t bytes) const;
    void release(Entry& entry);

    const Limits limits_;
    telemetry::Gauge& unread_;
    std::unordered_map<std::string, Usage> usages_;
};

}  // namespace mindspace::http
