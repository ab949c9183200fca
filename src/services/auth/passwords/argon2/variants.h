#pragma once
// The inner loop of the reference implementation of argon2, compiled for several instruction sets (cmake/Argon2.cmake).

#include <argon2.h>

#include <span>
#include <string_view>

struct Argon2_instance_t;  // NOLINT(readability-identifier-naming): the library's names
struct Argon2_position_t;  // NOLINT(readability-identifier-naming)

namespace mindspace::auth::argon2 {

struct Variant {
    std::string_view name;
    void (*fill_segment)(const Argon2_instance_t* instance, Argon2_position_t position);
};

// Those that this processor has the instructions for, the fastest last.
std::span<const Variant> supported_variants();
const Variant& fastest_variant();

// The only context that argon2_ctx() may be called with, as the inner loop finds its variant there.
struct Context : argon2_context {
    const Variant* variant = &fastest_variant();
};

}  // namespace mindspace::auth::argon2
