#include "platform/redis/cluster/slot_map.h"

#include <algorithm>

namespace mindspace::redis {

namespace {

// The first three elements of a node are its host, its port and its id; the host is null or empty if unknown.
Address parse_node(const Value& node, const std::string& queried_host) {
    std::int64_t port = node.at(1).as_integer();
    if (port <= 0 || port > 0xFFFF) throw ProtocolError("redis: CLUSTER SLOTS names an impossible port");
    const Value& host = node.at(0);
    bool is_unknown = host.is_null() || host.as_string().empty() || host.as_string() == "?";
    return Address{.host = is_unknown ? queried_host : host.as_string(), .port = static_cast<std::uint16_t>(port)};
}

}  // namespace

SlotMap::SlotMap() {
    owners_.fill(kNone);
}

SlotMap SlotMap::parse(const Value& reply, const std::string& queried_host) {
    SlotMap map;
    for (const Value& range : reply.items()) {  // first slot, last slot, master, replicas …
        std::int64_t first = range.at(0).as_integer();
        std::int64_t last = range.at(1).as_integer();
        if (first < 0 || first > last || last >= kSlotCount) throw ProtocolError("redis: CLUSTER SLOTS: no such slots");
        std::uint16_t owner = map.index_of(parse_node(range.at(2), queried_host));
        std::fill(map.owners_.begin() + first, map.owners_.begin() + last + 1, owner);
    }
    return map;
}

const Address* SlotMap::find_owner(Slot slot) const {
    std::uint16_t owner = owners_[slot];
    return owner == kNone ? nullptr : &masters_[owner];
}

void SlotMap::move(Slot slot, const Address& node) {
    owners_[slot] = index_of(node);
}

bool SlotMap::is_complete() const {
    return std::ranges::find(owners_, kNone) == owners_.end();
}

std::uint16_t SlotMap::index_of(const Address& node) {
    auto found = std::ranges::find(masters_, node);
    if (found == masters_.end()) found = masters_.insert(found, node);
    return static_cast<std::uint16_t>(found - masters_.begin());
}

}  // namespace mindspace::redis
