#pragma once
// Which of a cluster's 16,384 slots a key or a sharded channel belongs to.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model

#include <cstdint>
#include <string_view>

namespace mindspace::redis {

using Slot = std::uint16_t;  // below kSlotCount

inline constexpr Slot kSlotCount = 16'384;

// CRC16/XMODEM of the key, or of what stands between its first "{" and the next "}" if that is not empty (the hash
// tag: keys with the same one lie in one slot), modulo kSlotCount.
Slot hash_slot(std::string_view key);

}  // namespace mindspace::redis
