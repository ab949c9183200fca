#include "platform/postgres/values/rows.h"

#include <libpq-fe.h>

#include <charconv>

namespace mindspace::postgres {

void Rows::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

std::size_t Rows::size() const {
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

std::int64_t Rows::affected() const {
    // libpq keeps the count as the text of the command tag; its signature lacks the const.
    std::string_view text = PQcmdTuples(result_.get());
    std::int64_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return count;
}

Row Rows::operator[](std::size_t index) const {
    if (index >= size()) throw std::logic_error("postgres: no such row");
    return {result_.get(), static_cast<int>(index)};
}

// Calls libpq as little as possible: a missing column has no type, and only an empty value can be NULL.
Field Row::field(int column) const {
    auto type = PQftype(result_, column);
    if (type == InvalidOid) throw std::logic_error("postgres: no such column");
    auto length = static_cast<std::size_t>(PQgetlength(result_, index_, column));
    return {.type = type,
            .is_null = length == 0 && PQgetisnull(result_, index_, column) == 1,
            .bytes = {PQgetvalue(result_, index_, column), length}};
}

void Row::throw_wrong_type(Oid column, Oid expected) {
    throw std::logic_error("postgres: a column of type " + std::to_string(column) + " read as type " +
                           std::to_string(expected));
}

}  // namespace mindspace::postgres
