#include "services/auth/passwords/argon2/argon2id.h"

#include "platform/base/bytes.h"
#include "services/auth/passwords/argon2/hash_memory.h"
#include "services/auth/passwords/argon2/variants.h"

#include <array>
#include <span>
#include <stdexcept>

extern "C" {
#include <encoding.h>
}

namespace mindspace::auth::argon2 {

namespace {

constexpr std::size_t kSaltSize = 16;  // and 32 bytes of hash: as libsodium, which made older strings

void require(int outcome) {
    if (outcome != ARGON2_OK) throw std::runtime_error(std::string("argon2id: ") + argon2_error_message(outcome));
}

int take_memory(std::uint8_t** start, std::size_t bytes) {
    *start = HashMemory::of_this_thread().reserve(bytes);
    return ARGON2_OK;  // the caller looks at the pointer
}

void keep_memory(std::uint8_t* /*start*/, std::size_t /*bytes*/) {}

// The reference implementation changes neither password nor salt, although it takes them so.
std::uint8_t* bytes_of(std::string_view text) {
    return const_cast<std::uint8_t*>(as_bytes(text).data());
}

// Fills context.out.
void compute(Context& context, std::string_view password, const Variant& variant) {
    context.pwd = bytes_of(password);
    context.pwdlen = static_cast<std::uint32_t>(password.size());
    context.threads = 1;
    context.allocate_cbk = &take_memory;
    context.free_cbk = &keep_memory;
    context.variant = &variant;
    require(argon2id_ctx(&context));
}

Context context_of(Cost cost, std::span<std::uint8_t> salt, std::span<std::uint8_t> tag) {
    Context context{};
    context.out = tag.data();
    context.outlen = static_cast<std::uint32_t>(tag.size());
    context.salt = salt.data();
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.m_cost = cost.memory_kib;
    context.t_cost = cost.passes;
    context.lanes = 1;
    context.threads = 1;
    context.version = ARGON2_VERSION_13;
    return context;
}

std::string phc_of(Context& context) {
    std::array<char, 128> phc{};
    require(encode_string(phc.data(), phc.size(), &context, Argon2_id));
    return phc.data();
}

}  // namespace

std::string hash(std::string_view password, Cost cost, const Variant& variant) {
    auto salt = random_bytes<kSaltSize>();
    Digest tag{};
    auto context = context_of(cost, salt, tag);
    compute(context, password, variant);
    return phc_of(context);
}

bool matches(std::string_view password, const std::string& phc, const Variant& variant) {
    Bytes salt(phc.size());
    Bytes expected(phc.size());
    Context context{};
    context.salt = salt.data();
    context.saltlen = static_cast<std::uint32_t>(salt.size());
    context.out = expected.data();
    context.outlen = static_cast<std::uint32_t>(expected.size());
    if (decode_string(&context, phc.c_str(), Argon2_id) != ARGON2_OK) return false;
    expected.resize(context.outlen);
    Bytes computed(context.outlen);
    context.out = computed.data();
    compute(context, password, variant);
    return equal_constant_time(expected, computed);
}

std::string unmatchable_hash(Cost cost) {
    auto salt = random_bytes<kSaltSize>();
    auto tag = random_bytes<sizeof(Digest)>();
    auto context = context_of(cost, salt, tag);
    return phc_of(context);
}

}  // namespace mindspace::auth::argon2
