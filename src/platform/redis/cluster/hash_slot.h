#pragma once
// Which of a cluster's 16,384 slots a key or a sharded channel belongs to.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model

#include <cstdint>
#include <string_view>

namespace mindspace::redis {

using Slot = std::uint16_t;  // below kSlotCount

inline constexpr Slot kSlotCount = 16'384;

// CRC16/XMODEM of the key modulo kSlotCount. If the text between its first "{" and the next "}" is not empty, only that
// is hashed (the hash tag: keys with the same tag are in one slot).
Slot hash_slot(std::string_view key);

}  // namespace mindspace::redis
