#pragma once
// How much of this core each client network occupies: its open connections, and the bytes of responses that it has not
// read yet. A network is an IPv4 address or the /64 of an IPv6 one (network_of() of client_address.h). What one network
// may not have is the reserve of all others; and when many networks together have taken three quarters of all that
// there is, the last quarter is for those that have little. Belongs to one core; outlives the slots that it gives.

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
    // At this core: of each network, and of all together.
    struct Limits {
        std::size_t connections;
        std::size_t unread_bytes;
        std::size_t total_connections;
        std::size_t total_unread_bytes;
    };
    // What was reached.
    enum class Bound : std::uint8_t { network, total };

    // What has little: of that the reserve is kept. A response so small is granted whatever waits; there is one at most
    // a connection.
    static constexpr std::size_t kFewConnections = 16;
    static constexpr std::size_t kLowUnreadBytes = 1024 * 1024;
    static constexpr std::size_t kSmallResponse = 8 * 1024;

    // Bytes that wait to be read, as long as this lives. Ends before its slot.
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
        Usage* usage_;  // null: of a proxy
        std::size_t bytes_;
    };

    // The slot of one connection; the destructor releases it.
    class Slot {
    public:
        // Of a client that is not counted by itself: a proxy of ours.
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

        // Counts bytes that are about to be written, or says which bound does not let them.
        [[nodiscard]] std::expected<UnreadBytes, Bound> hold(std::size_t bytes);

    private:
        ClientNetworks* networks_;
        Entry* entry_ = nullptr;
    };

    // `unread` shows what waits in all; it outlives this.
    ClientNetworks(Limits limits, telemetry::Gauge& unread) : limits_(limits), unread_(unread) {}
    ClientNetworks(const ClientNetworks&) = delete;
    ClientNetworks& operator=(const ClientNetworks&) = delete;

    // Nothing when the network has all that it may have. `open` are all connections of this core, this one included.
    [[nodiscard]] std::optional<Slot> take(const std::string& network, std::size_t open);
    // Networks with a connection.
    [[nodiscard]] std::size_t size() const { return usages_.size(); }

private:
    [[nodiscard]] std::optional<Bound> refusal(const Usage* usage, std::size_t bytes) const;
    void release(Entry& entry);

    const Limits limits_;
    telemetry::Gauge& unread_;
    std::unordered_map<std::string, Usage> usages_;
};

}  // namespace mindspace::http
