#include "services/auth/passwords/hasher.h"

#include "platform/base/bytes.h"
#include "platform/base/visible_text.h"

#include <sodium.h>
#include <utf8proc.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace mindspace::auth {

namespace {

std::string hash_now(const std::string& password, HashingCost cost) {
    auto text = prepared_password(password);
    std::array<char, crypto_pwhash_STRBYTES> phc{};
    if (crypto_pwhash_str_alg(phc.data(), text.data(), text.size(), cost.passes, cost.memory_kib * 1024,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::runtime_error("argon2id: out of memory");
    sodium_memzero(text.data(), text.size());
    return phc.data();
}

bool matches(std::string text, const std::string& phc) {
    bool is_match = crypto_pwhash_str_verify(phc.c_str(), text.data(), text.size()) == 0;
    sodium_memzero(text.data(), text.size());
    return is_match;
}

// Hashes from older versions are of the password in NFC only, with its spaces unchanged.
bool verify_now(const std::string& password, const std::string& phc) {
    auto text = prepared_password(password);
    auto former = composed(password);
    const bool differs = former != text;
    return matches(std::move(text), phc) || (differs && matches(std::move(former), phc));
}

}  // namespace

std::string prepared_password(std::string_view password) {
    std::string text;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(password.data());
    for (std::size_t at = 0; at < password.size();) {
        utf8proc_int32_t code = 0;
        auto size = utf8proc_iterate(bytes + at, static_cast<utf8proc_ssize_t>(password.size() - at), &code);
        if (size <= 0) return std::string(password);
        if (utf8proc_category(code) == UTF8PROC_CATEGORY_ZS)
            text += ' ';
        else
            text += password.substr(at, static_cast<std::size_t>(size));
        at += static_cast<std::size_t>(size);
    }
    return composed(text);
}

PasswordHasher::PasswordHasher(WorkerPool& pool, HashingCost cost)
    : pool_(pool), cost_(cost), dummy_hash_(hash_now(base64url_encode(random_bytes<32>()), cost)) {}

Awaitable<std::string> PasswordHasher::hash(std::string password, QueuePriority priority) {
    return pool_.run([password = std::move(password), cost = cost_] { return hash_now(password, cost); }, priority);
}

Awaitable<bool> PasswordHasher::verify(std::string password, std::string phc, QueuePriority priority) {
    return pool_.run([password = std::move(password), phc = std::move(phc)] { return verify_now(password, phc); },
                     priority);
}

bool PasswordHasher::is_outdated(const std::string& phc) const {
    std::size_t memory_kib = 0;
    unsigned passes = 0;
    if (std::sscanf(phc.c_str(), "$argon2id$v=%*d$m=%zu,t=%u", &memory_kib, &passes) != 2) return true;
    return memory_kib < cost_.memory_kib || passes < cost_.passes;
}

Awaitable<> PasswordHasher::simulate_verification(std::string password, QueuePriority priority) {
    co_await verify(std::move(password), dummy_hash_, priority);
}

}  // namespace mindspace::auth
