#pragma once
// The memory that a connection reads into. It grows in place if the system can do that, and new memory is not filled:
// growing a vector to the size of the longest content would block the loop for milliseconds.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <tuple>

namespace mindspace::http {

class ReadBuffer {
public:
    [[nodiscard]] char* data() { return memory_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }

    // Preserves the content that fits. Size 0 frees the memory.
    void resize(std::size_t size) {
        if (size == 0) {
            memory_.reset();
        } else {
            auto* grown = static_cast<char*>(std::realloc(memory_.get(), size));
            if (grown == nullptr) throw std::bad_alloc();
            std::ignore = memory_.release();
            memory_.reset(grown);
        }
        size_ = size;
    }

private:
    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };
    std::unique_ptr<char, Free> memory_;
    std::size_t size_ = 0;
};

}  // namespace mindspace::http
