#pragma once
// Identifiers: UUIDs (RFC 9562) and strong types over them, so that using the wrong kind of id does not compile.

#include "platform/base/time.h"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace mindspace {

struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    // Version 7: 48 bits of milliseconds, then random bits. Ids that a process creates later sort later.
    static Uuid v7(Timestamp now);
    // Version 8 (RFC 9562 section 5.8) from a SHA-256 of `name`: the same name always produces the same id.
    static Uuid from_name(std::string_view name);
    // Accepts the canonical 36-character lower-case form only.
    static std::optional<Uuid> parse(std::string_view text);

    // The creation time of a version 7 UUID.
    [[nodiscard]] Timestamp created_at() const;

    using Text = std::array<char, 36>;
    [[nodiscard]] Text text() const;
    [[nodiscard]] std::string to_string() const;
    auto operator<=>(const Uuid&) const = default;
};

// `Tag` is never defined: it only distinguishes the types of ids.
template <class Tag>
struct Id {
    Uuid value;

    static Id make(Timestamp now) { return Id{Uuid::v7(now)}; }
    static std::optional<Id> parse(std::string_view text) {
        auto uuid = Uuid::parse(text);
        return uuid ? std::optional<Id>(Id{*uuid}) : std::nullopt;
    }
    [[nodiscard]] std::string to_string() const { return value.to_string(); }
    auto operator<=>(const Id&) const = default;
};

using UserId = Id<struct UserTag>;
using AuthSessionId = Id<struct AuthSessionTag>;

}  // namespace mindspace

template <>
struct std::hash<mindspace::Uuid> {
    std::size_t operator()(const mindspace::Uuid& uuid) const noexcept {
        std::uint64_t high = 0;
        std::uint64_t low = 0;
        std::memcpy(&high, uuid.bytes.data(), 8);
        std::memcpy(&low, uuid.bytes.data() + 8, 8);
        return high ^ (low * 0x9E3779B97F4A7C15ULL);
    }
};

template <class Tag>
struct std::hash<mindspace::Id<Tag>> {
    std::size_t operator()(const mindspace::Id<Tag>& id) const noexcept {
        return std::hash<mindspace::Uuid>{}(id.value);
    }
};
