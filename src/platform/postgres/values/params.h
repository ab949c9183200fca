#pragma once
// The arguments of one statement in binary format with their types, in one contiguous buffer. Encoded when bound, so
// the passed values need not outlive the call; values are never part of the SQL text.

#include "platform/postgres/values/array_codec.h"

#include <optional>
#include <span>
#include <type_traits>

namespace mindspace::postgres {

class Params {
public:
    // T: any type with a Codec. Throws std::length_error above kMaxBytes.
    template <class T>
    void add(const T& value) {
        using ValueCodec = Codec<std::decay_t<const T&>>;  // a literal is a const char*
        std::size_t start = bytes_.size();
        ValueCodec::encode(value, bytes_);
        close_value(ValueCodec::kOid, start);
    }
    // NULL if there is no value; it still has T's type.
    template <class T>
    void add(const std::optional<T>& value) {
        if (value) return add(*value);
        types_.push_back(Codec<T>::kOid);
        lengths_.push_back(kNull);
    }

    [[nodiscard]] std::span<const Oid> types() const { return types_; }
    // Size of each value in bytes, kNull for NULL.
    [[nodiscard]] std::span<const int> lengths() const { return lengths_; }
    // All values, one after the other.
    [[nodiscard]] const char* data() const { return bytes_.data(); }

    static constexpr int kNull = -1;
    static constexpr std::size_t kMaxBytes = std::size_t{1} << 30;  // the server's limit for one message

private:
    void close_value(Oid type, std::size_t start);

    boost::container::small_vector<Oid, 8> types_;
    boost::container::small_vector<int, 8> lengths_;
    Buffer bytes_;
};

}  // namespace mindspace::postgres
