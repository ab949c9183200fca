#include "platform/postgres/connection/prepared_statements.h"

#include <libpq-fe.h>

#include <algorithm>

namespace mindspace::postgres {

namespace {

constexpr int kBinary = 1;

// Arguments in the form that libpq expects; borrowed from the query.
struct Arguments {
    explicit Arguments(const Query& query) : lengths(query.params.lengths()), formats(lengths.size(), kBinary) {
        const char* next = query.params.data();
        for (int length : lengths) {
            values.push_back(length == Params::kNull ? nullptr : next);
            if (length != Params::kNull) next += length;
        }
    }
    [[nodiscard]] int count() const { return static_cast<int>(lengths.size()); }

    std::span<const int> lengths;
    boost::container::small_vector<const char*, 16> values;
    boost::container::small_vector<int, 16> formats;
};

}  // namespace

bool PreparedStatements::contains(const Query& query) const {
    auto known = types_.find(query.statement);
    if (known == types_.end()) return false;
    if (!std::ranges::equal(known->second, query.params.types()))
        throw std::logic_error(std::string("postgres: statement ") + query.statement->name +
                               " is used with different argument types");
    return true;
}

void PreparedStatements::add(const Query& query) {
    auto types = query.params.types();
    types_.emplace(query.statement, Types(types.begin(), types.end()));
}

bool send_prepare(PGconn* connection, const Query& query) {
    auto types = query.params.types();
    return PQsendPrepare(connection, query.statement->name, query.statement->sql, static_cast<int>(types.size()),
                         types.data()) == 1;
}

bool send_execute(PGconn* connection, const Query& query) {
    const Arguments to(query);
    return PQsendQueryPrepared(connection, query.statement->name, to.count(), to.values.data(), to.lengths.data(),
                               to.formats.data(), kBinary) == 1;
}

bool send_unprepared(PGconn* connection, const Query& query) {
    const Arguments to(query);
    return PQsendQueryParams(connection, query.statement->sql, to.count(), query.params.types().data(),
                             to.values.data(), to.lengths.data(), to.formats.data(), kBinary) == 1;
}

}  // namespace mindspace::postgres
