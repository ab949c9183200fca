#pragma once
// The memory that a thread computes hashes in, one after the other. It is kept in between, because getting pages from
// the system costs as much as the hash itself, and is on huge pages where the system has them, because a hash reads it
// in random order. Between hashes it is zero: the reference implementation wipes it.

#include <cstddef>
#include <cstdint>
#include <span>

namespace mindspace::auth::argon2 {

class HashMemory {
public:
    HashMemory() = default;
    ~HashMemory() { release(); }
    HashMemory(const HashMemory&) = delete;
    HashMemory& operator=(const HashMemory&) = delete;

    static HashMemory& of_this_thread();

    // At least so many bytes; what was there before may be lost. Null if the system has no memory.
    std::uint8_t* reserve(std::size_t bytes);
    // Gives it back to the system.
    void release();
    [[nodiscard]] std::span<const std::uint8_t> kept() const { return kept_; }

private:
    std::span<std::uint8_t> mapped_;
    std::span<std::uint8_t> kept_;  // the part of it that begins at a huge page
};

}  // namespace mindspace::auth::argon2
