#pragma once
// std::vector<T> as a one-dimensional PostgreSQL array; std::vector<std::optional<T>> where elements may be NULL.
// Binary layout (array_recv in the server): dimensions, has-null flag, element OID, then per dimension its size and
// lower bound, then the elements as length (-1 for NULL) and bytes. No dimensions at all means empty.

#include "platform/postgres/values/codec.h"

#include <optional>
#include <vector>

namespace mindspace::postgres {

// The type of an array's elements: T, or NULL if the C++ type is optional.
template <class T>
struct Element {
    using Value = T;
    static const T* find(const T& element) { return &element; }
    static T null() { throw std::logic_error("postgres: NULL in an array read without std::optional"); }
};

template <class T>
struct Element<std::optional<T>> {
    using Value = T;
    static const T* find(const std::optional<T>& element) { return element ? &*element : nullptr; }
    static std::optional<T> null() { return std::nullopt; }
};

// Consumes an array's bytes from the front; throws std::logic_error if there are too few.
class ArrayReader {
public:
    explicit ArrayReader(std::string_view bytes) : rest_(bytes) {}

    std::string_view take(std::size_t length) {
        if (length > rest_.size()) throw std::logic_error("postgres: an array is cut short");
        std::string_view part = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return part;
    }
    std::int32_t take_integer() { return read_integer<std::int32_t>(take(4)); }

private:
    std::string_view rest_;
};

// Bytes (std::vector<std::uint8_t>) are not an array but a bytea.
template <class T>
    requires(!std::same_as<T, std::uint8_t>)
struct Codec<std::vector<T>> {
    using ElementCodec = Codec<typename Element<T>::Value>;
    static constexpr Oid kOid = ElementCodec::kArrayOid;
    static constexpr std::int32_t kNull = -1;

    static constexpr bool reads(Oid oid) { return oid == kOid; }

    static void encode(const std::vector<T>& values, Buffer& out) {
        append_integer<std::int32_t>(out, values.empty() ? 0 : 1);
        append_integer<std::int32_t>(out, 0);  // the server detects NULLs itself
        append_integer<Oid>(out, ElementCodec::kOid);
        if (values.empty()) return;
        append_integer<std::int32_t>(out, static_cast<std::int32_t>(values.size()));
        append_integer<std::int32_t>(out, 1);
        for (const T& value : values) encode_element(Element<T>::find(value), out);
    }

    static std::vector<T> decode(std::string_view bytes) {
        ArrayReader reader(bytes);
        std::int32_t dimensions = reader.take_integer();
        reader.take_integer();  // has-null flag: redundant, each element has its own
        if (!ElementCodec::reads(static_cast<Oid>(reader.take_integer())))
            throw std::logic_error("postgres: an array of another element type");
        std::vector<T> values;
        if (dimensions == 0) return values;
        if (dimensions != 1) throw std::logic_error("postgres: an array of several dimensions");
        std::int32_t count = reader.take_integer();
        reader.take_integer();  // lower bound
        values.reserve(static_cast<std::size_t>(count));
        for (std::int32_t i = 0; i < count; ++i) {
            std::int32_t length = reader.take_integer();
            if (length == kNull)
                values.push_back(Element<T>::null());
            else
                values.push_back(ElementCodec::decode(reader.take(static_cast<std::size_t>(length))));
        }
        return values;
    }

private:
    static void encode_element(const typename Element<T>::Value* value, Buffer& out) {
        std::size_t length_at = out.size();
        append_integer<std::int32_t>(out, kNull);
        if (value == nullptr) return;
        ElementCodec::encode(*value, out);
        auto length = swap_to_network(static_cast<std::int32_t>(out.size() - length_at - sizeof(std::int32_t)));
        std::memcpy(out.data() + length_at, &length, sizeof length);
    }
};

}  // namespace mindspace::postgres
