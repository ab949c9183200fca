#pragma once
// Which node of a cluster owns which slot, as reported by one of its nodes.

#include "platform/redis/cluster/hash_slot.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/resp.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace mindspace::redis {

class SlotMap {
public:
    // Starts without owned slots.
    SlotMap();
    // Parses the reply of CLUSTER SLOTS, which every version of Redis and its compatible servers support and which
    // names the TLS ports to a client connected by TLS. A node that does not know its own address is at `queried_host`.
    // Throws ProtocolError.
    static SlotMap parse(const Value& reply, const std::string& queried_host);

    // Null if the slot has no owner. Valid until the map changes.
    [[nodiscard]] const Address* find_owner(Slot slot) const;
    // Applies a MOVED redirection: the slot belongs to that node from now on.
    void move(Slot slot, const Address& node);

    // True if every slot has an owner.
    [[nodiscard]] bool is_complete() const;
    // The nodes that own slots.
    [[nodiscard]] const std::vector<Address>& masters() const { return masters_; }

private:
    static constexpr std::uint16_t kNone = 0xFFFF;

    std::uint16_t index_of(const Address& node);

    std::vector<Address> masters_;
    std::array<std::uint16_t, kSlotCount> owners_;  // indices into masters_
};

}  // namespace mindspace::redis
