#pragma once
// The result of one statement. Owns libpq's result; decodes binary columns on demand, without copies if the type allows
// it. Requesting a type that the column does not have is a bug and throws std::logic_error, as do a NULL read without
// std::optional and a row or column out of range.

#include "platform/postgres/values/array_codec.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

struct pg_result;

namespace mindspace::postgres {

// One column of one row. Valid as long as the Rows.
struct Field {
    Oid type;
    bool is_null;
    std::string_view bytes;
};

class Row {
public:
    Row(const pg_result* result, int index) : result_(result), index_(index) {}

    // std::string_view and ByteView stay valid as long as the Rows.
    template <class T>
    [[nodiscard]] T get(int column) const {
        return Reader<T>::read(field(column));
    }

private:
    template <class T>
    struct Reader {
        static T read(const Field& field) {
            if (!Codec<T>::reads(field.type)) throw_wrong_type(field.type, Codec<T>::kOid);
            if (field.is_null) throw std::logic_error("postgres: NULL read without std::optional");
            return Codec<T>::decode(field.bytes);
        }
    };
    template <class T>
    struct Reader<std::optional<T>> {
        static std::optional<T> read(const Field& field) {
            if (!Codec<T>::reads(field.type)) throw_wrong_type(field.type, Codec<T>::kOid);
            if (field.is_null) return std::nullopt;
            return Codec<T>::decode(field.bytes);
        }
    };

    [[nodiscard]] Field field(int column) const;
    [[noreturn]] static void throw_wrong_type(Oid column, Oid expected);

    const pg_result* result_;
    int index_;
};

class Rows {
public:
    // Iterates over the rows: for (Row row : rows).
    class Iterator {
    public:
        Iterator(const pg_result* result, int index) : result_(result), index_(index) {}
        Row operator*() const { return {result_, index_}; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator&) const = default;

    private:
        const pg_result* result_;
        int index_;
    };

    Rows() = default;
    // Takes ownership.
    explicit Rows(pg_result* result) : result_(result) {}

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    // Rows inserted, updated, deleted or selected.
    [[nodiscard]] std::int64_t affected() const;

    [[nodiscard]] Row operator[](std::size_t index) const;
    [[nodiscard]] Iterator begin() const { return {result_.get(), 0}; }
    [[nodiscard]] Iterator end() const { return {result_.get(), static_cast<int>(size())}; }

    // For the code that talks to libpq.
    [[nodiscard]] const pg_result* native() const { return result_.get(); }

private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace mindspace::postgres
