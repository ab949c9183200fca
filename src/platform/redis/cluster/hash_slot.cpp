#include "platform/redis/cluster/hash_slot.h"

#include <array>

namespace mindspace::redis {

namespace {

constexpr std::uint16_t kPolynomial = 0x1021;

constexpr std::array<std::uint16_t, 256> make_crc_table() {
    std::array<std::uint16_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? kPolynomial : 0);
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}

constexpr std::array<std::uint16_t, 256> kCrcTable = make_crc_table();

std::string_view hashed_part(std::string_view key) {
    std::size_t open = key.find('{');
    if (open == std::string_view::npos) return key;
    std::size_t close = key.find('}', open);
    if (close == std::string_view::npos || close == open + 1) return key;
    return key.substr(open + 1, close - open - 1);
}

}  // namespace

Slot hash_slot(std::string_view key) {
    std::uint32_t crc = 0;
    for (char letter : hashed_part(key)) {
        crc = (crc << 8 & 0xFFFF) ^ kCrcTable[crc >> 8 ^ static_cast<unsigned char>(letter)];
    }
    return static_cast<Slot>(crc % kSlotCount);
}

}  // namespace mindspace::redis
