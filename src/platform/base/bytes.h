#pragma once
// Raw bytes, their URL-safe base64 form (RFC 4648 section 5, no padding, canonical only) and keyed hashes.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using Digest = std::array<std::uint8_t, 32>;  // SHA-256

std::string base64url_encode(ByteView bytes);
// Returns nullopt for padding, other alphabets and non-zero trailing bits: each value has exactly one encoding.
std::optional<Bytes> base64url_decode(std::string_view text);

Digest sha256(ByteView bytes);
Digest hmac_sha256(ByteView key, ByteView message);
// Takes the same time regardless of where the two differ.
bool equal_constant_time(ByteView left, ByteView right);

inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void fill_random(std::span<std::uint8_t> to);

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() {
    std::array<std::uint8_t, N> bytes;
    fill_random(bytes);
    return bytes;
}

}  // namespace mindspace
