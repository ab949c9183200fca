#pragma once
// How a C++ type is transferred in PostgreSQL's binary format: its type OID, its array's OID, its encoding and
// decoding. Codec<T> exists for exactly the types that this project sends and reads; a call with any other type does
// not compile. Used by Params (encoding) and Rows (decoding) only.

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"

#include <boost/container/small_vector.hpp>

#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mindspace::postgres {

using Oid = unsigned int;

// A jsonb value in its text form; the server checks the syntax.
struct Json {
    std::string text;
    bool operator==(const Json&) const = default;
};

// Encoded parameters; 128 bytes hold a few ids and numbers without heap allocation.
using Buffer = boost::container::small_vector<char, 128>;

inline void append(Buffer& out, std::string_view bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

template <std::integral T>
constexpr T swap_to_network(T value) {
    if constexpr (std::endian::native == std::endian::little) return std::byteswap(value);
    return value;
}

template <std::integral T>
void append_integer(Buffer& out, T value) {
    value = swap_to_network(value);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    out.insert(out.end(), bytes, bytes + sizeof bytes);
}

// Throws std::logic_error unless `bytes` are exactly one T.
template <std::integral T>
T read_integer(std::string_view bytes) {
    T value;
    if (bytes.size() != sizeof value) throw std::logic_error("postgres: a value of unexpected length");
    std::memcpy(&value, bytes.data(), sizeof value);
    return swap_to_network(value);
}

template <class T>
struct Codec;

// The OIDs are those of the server's pg_type.dat; they never change.
template <Oid kType, Oid kArrayType>
struct TypeOids {
    static constexpr Oid kOid = kType;
    static constexpr Oid kArrayOid = kArrayType;
    static constexpr bool reads(Oid oid) { return oid == kType; }
};

template <class T>
struct IntegerCodec {
    static void encode(T value, Buffer& out) { append_integer(out, value); }
    static T decode(std::string_view bytes) { return read_integer<T>(bytes); }
};

template <>
struct Codec<std::int16_t> : TypeOids<21, 1005>, IntegerCodec<std::int16_t> {};
template <>
struct Codec<std::int32_t> : TypeOids<23, 1007>, IntegerCodec<std::int32_t> {};
template <>
struct Codec<std::int64_t> : TypeOids<20, 1016>, IntegerCodec<std::int64_t> {};

template <>
struct Codec<bool> : TypeOids<16, 1000> {
    static void encode(bool value, Buffer& out) { out.push_back(value ? 1 : 0); }
    static bool decode(std::string_view bytes) { return read_integer<std::int8_t>(bytes) != 0; }
};

template <>
struct Codec<double> : TypeOids<701, 1022> {
    static void encode(double value, Buffer& out) { append_integer(out, std::bit_cast<std::uint64_t>(value)); }
    static double decode(std::string_view bytes) { return std::bit_cast<double>(read_integer<std::uint64_t>(bytes)); }
};

// Text from any string type; an enum column is selected as `column::text`.
template <class T>
    requires std::convertible_to<const T&, std::string_view>
struct Codec<T> : TypeOids<25, 1009> {
    static constexpr bool reads(Oid oid) {
        return oid == 25 || oid == 1043 || oid == 1042 || oid == 19;
    }  // varchar, char, name
    static void encode(std::string_view value, Buffer& out) { append(out, value); }
    static T decode(std::string_view bytes) { return T(bytes); }
};

// bytea from any contiguous bytes, so that a std::array with a digest need not be copied first.
template <class T>
    requires std::convertible_to<const T&, ByteView>
struct Codec<T> : TypeOids<17, 1001> {
    static void encode(ByteView value, Buffer& out) { out.insert(out.end(), value.begin(), value.end()); }
    static T decode(std::string_view bytes) {
        auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
        return T(first, first + bytes.size());
    }
};

template <>
struct Codec<Uuid> : TypeOids<2950, 2951> {
    static void encode(const Uuid& value, Buffer& out) {
        out.insert(out.end(), value.bytes.begin(), value.bytes.end());
    }
    static Uuid decode(std::string_view bytes) {
        Uuid uuid;
        if (bytes.size() != uuid.bytes.size()) throw std::logic_error("postgres: a uuid of unexpected length");
        std::memcpy(uuid.bytes.data(), bytes.data(), bytes.size());
        return uuid;
    }
};

template <class Tag>
struct Codec<Id<Tag>> : TypeOids<2950, 2951> {
    static void encode(const Id<Tag>& value, Buffer& out) { Codec<Uuid>::encode(value.value, out); }
    static Id<Tag> decode(std::string_view bytes) { return Id<Tag>{Codec<Uuid>::decode(bytes)}; }
};

// timestamptz: microseconds since 2000-01-01 UTC. Precision finer than our milliseconds is rounded down, to the past.
template <>
struct Codec<Timestamp> : TypeOids<1184, 1185> {
    static constexpr std::chrono::sys_days kEpoch{std::chrono::year{2000} / 1 / 1};
    static void encode(Timestamp value, Buffer& out) {
        append_integer<std::int64_t>(out, std::chrono::microseconds(value - kEpoch).count());
    }
    static Timestamp decode(std::string_view bytes) {
        std::chrono::microseconds since(read_integer<std::int64_t>(bytes));
        return kEpoch + std::chrono::floor<Milliseconds>(since);
    }
};

// date: days since 2000-01-01.
template <>
struct Codec<LocalDate> : TypeOids<1082, 1182> {
    static constexpr std::chrono::local_days kEpoch{std::chrono::year{2000} / 1 / 1};
    static void encode(LocalDate value, Buffer& out) {
        append_integer<std::int32_t>(out, static_cast<std::int32_t>((value - kEpoch).count()));
    }
    static LocalDate decode(std::string_view bytes) {
        return kEpoch + std::chrono::days(read_integer<std::int32_t>(bytes));
    }
};

// jsonb: one version byte, then the text.
template <>
struct Codec<Json> : TypeOids<3802, 3807> {
    static constexpr char kVersion = 1;
    static void encode(const Json& value, Buffer& out) {
        out.push_back(kVersion);
        append(out, value.text);
    }
    static Json decode(std::string_view bytes) {
        if (bytes.empty() || bytes.front() != kVersion) throw std::logic_error("postgres: jsonb of unknown version");
        return Json{std::string(bytes.substr(1))};
    }
};

}  // namespace mindspace::postgres
