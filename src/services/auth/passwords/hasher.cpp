#include "services/auth/passwords/hasher.h"

#include "platform/base/text/visible_text.h"
#include "platform/base/time.h"
#include "services/auth/passwords/argon2/hash_memory.h"

#include <sodium.h>
#include <utf8proc.h>

#include <cstdio>

namespace mindspace::auth {

namespace {

constexpr Seconds kIdle{30};

std::string hash_now(const std::string& password, HashingCost cost) {
    auto text = prepared_password(password);
    auto phc = argon2::hash(text, cost);
    sodium_memzero(text.data(), text.size());
    return phc;
}

bool matches(std::string text, const std::string& phc) {
    const bool is_match = argon2::matches(text, phc);
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
    : pool_(pool), cost_(cost), unmatchable_hash_(argon2::unmatchable_hash(cost)) {
    pool_.on_idle(kIdle, [] { argon2::HashMemory::of_this_thread().release(); });
}

Awaitable<std::string> PasswordHasher::hash(std::string password, QueuePriority priority) {
    return pool_.run([password = std::move(password), cost = cost_] { return hash_now(password, cost); }, priority);
}

Awaitable<bool> PasswordHasher::verify(std::string password, std::string phc, QueuePriority priority) {
    return pool_.run([password = std::move(password), phc = std::move(phc)] { return verify_now(password, phc); },
                     priority);
}

bool PasswordHasher::is_outdated(const std::string& phc) const {
    unsigned memory_kib = 0;
    unsigned passes = 0;
    if (std::sscanf(phc.c_str(), "$argon2id$v=%*d$m=%u,t=%u", &memory_kib, &passes) != 2) return true;
    return memory_kib < cost_.memory_kib || passes < cost_.passes;
}

Awaitable<> PasswordHasher::simulate_verification(std::string password, QueuePriority priority) {
    co_await verify(std::move(password), unmatchable_hash_, priority);
}

}  // namespace mindspace::auth
