#pragma once
// Hashes of passwords: argon2id (RFC 9106) by the reference implementation, in PHC strings. These calls take
// milliseconds and keep memory for the next on the same thread (hash_memory.h), so only the threads of the hashing pool
// make them.

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace::auth::argon2 {

struct Variant;  // variants.h
const Variant& fastest_variant();

struct Cost {
    std::uint32_t memory_kib = 19456;
    std::uint32_t passes = 2;
};

// The PHC string of the password, with a new salt. Fault: no memory.
std::string hash(std::string_view password, Cost cost, const Variant& variant = fastest_variant());
// Whether the PHC string is one of the password. Takes the same time wherever the two differ.
bool matches(std::string_view password, const std::string& phc, const Variant& variant = fastest_variant());
// A PHC string that no password matches; takes no time.
std::string unmatchable_hash(Cost cost);

}  // namespace mindspace::auth::argon2
