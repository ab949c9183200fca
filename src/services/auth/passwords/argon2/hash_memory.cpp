#include "services/auth/passwords/argon2/hash_memory.h"

#include <sys/mman.h>

#include <memory>

namespace mindspace::auth::argon2 {

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

HashMemory& HashMemory::of_this_thread() {
    static thread_local HashMemory memory;
    return memory;
}

std::uint8_t* HashMemory::reserve(std::size_t bytes) {
    if (bytes <= kept_.size()) return kept_.data();
    release();
    const std::size_t needed = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    std::size_t size = needed + kHugePage;  // the system does not align it
    void* start = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return nullptr;
    mapped_ = {static_cast<std::uint8_t*>(start), size};
    kept_ = {static_cast<std::uint8_t*>(std::align(kHugePage, needed, start, size)), bytes};
    // Both are wishes. A smaller hash would fill a huge page by a part only.
    if (bytes >= kHugePage) madvise(kept_.data(), needed, MADV_HUGEPAGE);
    madvise(kept_.data(), needed, MADV_DONTDUMP);
    return kept_.data();
}

void HashMemory::release() {
    if (!mapped_.empty()) munmap(mapped_.data(), mapped_.size());
    mapped_ = {};
    kept_ = {};
}

}  // namespace mindspace::auth::argon2
