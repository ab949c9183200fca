#include "support/postgres/database.h"

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>

namespace mindspace::integration {

std::vector<TextRow> query(const std::string& conninfo, const std::string& sql) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(conninfo.c_str()), &PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(PQerrorMessage(connection.get()));
    std::vector<TextRow> rows;
    for (int i = 0; i < PQntuples(result.get()); ++i) {
        auto& row = rows.emplace_back();
        for (int j = 0; j < PQnfields(result.get()); ++j) row.emplace_back(PQgetvalue(result.get(), i, j));
    }
    return rows;
}

std::vector<TextRow> query(const Program& program, const std::string& sql) {
    return query(program.conninfo(), sql);
}

std::vector<std::string> audit_of(const Program& program, const std::string& user) {
    std::vector<std::string> actions;
    for (auto& row : query(program, "SELECT action FROM audit_log WHERE user_id = '" + user + "' ORDER BY audit_id"))
        actions.push_back(std::move(row.at(0)));
    return actions;
}

}  // namespace mindspace::integration
