#include "platform/postgres/prepared_statements.h"

#include <libpq-fe.h>

#include <algorithm>

namespace mindspace::postgres {

namespace {

constexpr int kBinary = 1;

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
    auto lengths = query.params.lengths();
    boost::container::small_vector<const char*, 16> values;
    boost::container::small_vector<int, 16> formats(lengths.size(), kBinary);
    const char* next = query.params.data();
    for (int length : lengths) {
        values.push_back(length == Params::kNull ? nullptr : next);
        if (length != Params::kNull) next += length;
    }
    return PQsendQueryPrepared(connection, query.statement->name, static_cast<int>(lengths.size()), values.data(),
                               lengths.data(), formats.data(), kBinary) == 1;
}

}  // namespace mindspace::postgres
