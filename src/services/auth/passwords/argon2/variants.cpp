#include "services/auth/passwords/argon2/variants.h"

#include <vector>

extern "C" {
#include <core.h>

void argon2_fill_segment_baseline(const argon2_instance_t* instance, argon2_position_t position);
#ifdef __x86_64__
void argon2_fill_segment_avx2(const argon2_instance_t* instance, argon2_position_t position);
void argon2_fill_segment_avx512(const argon2_instance_t* instance, argon2_position_t position);
#endif

// core.c calls this for each quarter of a pass.
void fill_segment(const argon2_instance_t* instance, argon2_position_t position) {
    const auto& context = static_cast<const mindspace::auth::argon2::Context&>(*instance->context_ptr);
    context.variant->fill_segment(instance, position);
}
}

namespace mindspace::auth::argon2 {

std::span<const Variant> supported_variants() {
    static const std::vector<Variant> kSupported = [] {
        std::vector<Variant> supported{{"baseline", &argon2_fill_segment_baseline}};
#ifdef __x86_64__
        if (__builtin_cpu_supports("avx2")) supported.push_back({"avx2", &argon2_fill_segment_avx2});
        if (__builtin_cpu_supports("avx512f")) supported.push_back({"avx512", &argon2_fill_segment_avx512});
#endif
        return supported;
    }();
    return kSupported;
}

const Variant& fastest_variant() {
    return supported_variants().back();
}

}  // namespace mindspace::auth::argon2
