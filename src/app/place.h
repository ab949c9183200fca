#pragma once
// Room for an object that is made later, or not at all: its address is known from the start, so that what calls it can
// be put together before, and described without it.

#include <memory>
#include <utility>

namespace mindspace::app {

template <class T>
class Place {
public:
    Place() {}
    ~Place() {
        if (made_) std::destroy_at(&object_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Once.
    template <class... Arguments>
    T& make(Arguments&&... arguments) {
        std::construct_at(&object_, std::forward<Arguments>(arguments)...);
        made_ = true;
        return object_;
    }
    // To be bound to; used only when the object has been made.
    [[nodiscard]] T& operator*() { return object_; }
    [[nodiscard]] T* operator->() { return &object_; }
    [[nodiscard]] const T* operator->() const { return &object_; }
    [[nodiscard]] explicit operator bool() const { return made_; }

private:
    union {
        T object_;  // NOLINT(readability-identifier-naming)
    };
    bool made_ = false;
};

}  // namespace mindspace::app
