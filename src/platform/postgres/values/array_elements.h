#pragma once
// A PostgreSQL array that is decoded element by element, where decoding it at once would block the loop: a view of its
// Rows.

#include "platform/postgres/values/array_codec.h"

#include <cstddef>

namespace mindspace::postgres {

template <class T>
class ArrayElements {
public:
    explicit ArrayElements(std::string_view bytes) : reader_(bytes) {
        const auto dimensions = reader_.take_integer();
        reader_.take_integer();  // has-null flag
        if (!Codec<T>::reads(static_cast<Oid>(reader_.take_integer())))
            throw std::logic_error("postgres: an array of another element type");
        if (dimensions == 0) return;
        left_ = static_cast<std::size_t>(reader_.take_integer());
        reader_.take_integer();  // lower bound
    }

    [[nodiscard]] std::size_t left() const { return left_; }
    // Only while elements are left. None may be NULL.
    T next() {
        --left_;
        return Codec<T>::decode(reader_.take(static_cast<std::size_t>(reader_.take_integer())));
    }

private:
    ArrayReader reader_;
    std::size_t left_ = 0;
};

template <class T>
struct Codec<ArrayElements<T>> {
    static constexpr Oid kOid = Codec<std::vector<T>>::kOid;

    static constexpr bool reads(Oid oid) { return oid == kOid; }
    static ArrayElements<T> decode(std::string_view bytes) { return ArrayElements<T>(bytes); }
};

}  // namespace mindspace::postgres
