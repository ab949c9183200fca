#include "platform/postgres/partitions/hash_partition.h"

#include <bit>
#include <cctype>

namespace mindspace::postgres {

namespace {

constexpr std::uint64_t kSeed = 0x7A5B22367996DCFD;     // HASH_PARTITION_SEED
constexpr std::uint64_t kCombine = 0x49A0F4DD15E5A8E3;  // of hash_combine64() with a first key
constexpr std::uint32_t kStart = 0x9E3779B9U + 16 + 3923095;

struct State {
    std::uint32_t a = kStart;
    std::uint32_t b = kStart;
    std::uint32_t c = kStart;

    void mix() {
        a = (a - c) ^ std::rotl(c, 4), c += b;
        b = (b - a) ^ std::rotl(a, 6), a += c;
        c = (c - b) ^ std::rotl(b, 8), b += a;
        a = (a - c) ^ std::rotl(c, 16), c += b;
        b = (b - a) ^ std::rotl(a, 19), a += c;
        c = (c - b) ^ std::rotl(b, 4), b += a;
    }

    void finish() {
        c = (c ^ b) - std::rotl(b, 14);
        a = (a ^ c) - std::rotl(c, 11);
        b = (b ^ a) - std::rotl(a, 25);
        c = (c ^ b) - std::rotl(b, 16);
        a = (a ^ c) - std::rotl(c, 4);
        b = (b ^ a) - std::rotl(a, 14);
        c = (c ^ b) - std::rotl(b, 24);
    }
};

// "x_N" → "x_7", unless a character follows that could belong to a name.
std::string name_part(std::string_view sql, std::uint32_t part) {
    constexpr std::string_view kMark = "_N";
    std::string text;
    std::size_t done = 0;
    for (auto at = sql.find(kMark); at != std::string_view::npos; at = sql.find(kMark, at + 1)) {
        auto end = at + kMark.size();
        if (end < sql.size() && (std::isalnum(static_cast<unsigned char>(sql[end])) != 0 || sql[end] == '_')) continue;
        text.append(sql.substr(done, at + 1 - done)).append(std::to_string(part));
        done = end;
    }
    return text.append(sql.substr(done));
}

}  // namespace

std::uint32_t hash_partition(const Uuid& key) {
    static_assert(std::endian::native == std::endian::little, "a server on such a machine hashes otherwise");
    std::array<std::uint32_t, 4> words{};
    std::memcpy(words.data(), key.bytes.data(), key.bytes.size());
    State state;
    state.a += static_cast<std::uint32_t>(kSeed >> 32);
    state.b += static_cast<std::uint32_t>(kSeed);
    state.mix();
    state.a += words[0];
    state.b += words[1];
    state.c += words[2];
    state.mix();
    state.a += words[3];
    state.finish();
    return static_cast<std::uint32_t>(((std::uint64_t{state.b} << 32 | state.c) + kCombine) % kHashPartitions);
}

PartitionedStatement::PartitionedStatement(const char* name, std::string_view sql) {
    for (std::uint32_t part = 0; part < kHashPartitions; ++part) {
        names_[part] = std::string(name) + "_" + std::to_string(part);
        texts_[part] = name_part(sql, part);
        statements_[part] = {.name = names_[part].c_str(), .sql = texts_[part].c_str()};
    }
}

}  // namespace mindspace::postgres
