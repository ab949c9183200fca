#include "app/backup/proof/table_sums.h"

#include "platform/postgres/connection/session.h"

#include <fmt/format.h>

namespace mindspace::app::backup {

using postgres::Statement;

namespace {

// The names of the tables that are compared.
constexpr const char* kTables = R"(
        SELECT format('%I.%I', nspname, relname) AS name
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind = 'r' AND relpersistence = 'p' AND nspname <> 'information_schema' AND nspname !~ '^pg_')";

}  // namespace

// query_to_xml() runs a query whose text is computed, one for each table, inside one statement.
Awaitable<TableSums> read_table_sums(postgres::Session& session) {
    static const auto kSql = fmt::format(R"(
        SELECT name, (xpath('/row/sums/text()', query_to_xml(format(
                   'SELECT count(*) || '' '' || coalesce(sum(hashtextextended(one::text, 0)), 0) AS sums FROM %s AS one',
                   name), true, true, '')))[1]::text
        FROM ({}) AS tables)",
                                         kTables);
    static const Statement kSums{"backup_table_sums", kSql.c_str()};
    TableSums sums;
    const auto rows = co_await session.query(kSums);
    for (auto row : rows) sums.emplace(row.get<std::string>(0), row.get<std::string>(1));
    co_return sums;
}

Awaitable<std::vector<std::string>> list_tables(postgres::Session& session) {
    static constexpr Statement kNames{"backup_tables", kTables};
    std::vector<std::string> tables;
    const auto rows = co_await session.query(kNames);
    for (auto row : rows) tables.push_back(row.get<std::string>(0));
    co_return tables;
}

std::vector<std::string> differences(const TableSums& expected, const TableSums& found) {
    std::vector<std::string> lines;
    for (const auto& [table, sums] : expected) {
        const auto other = found.find(table);
        if (other == found.end())
            lines.push_back(fmt::format("table {} is missing", table));
        else if (other->second != sums)
            lines.push_back(
                fmt::format("table {} differs: rows and checksum are {}, not {}", table, other->second, sums));
    }
    for (const auto& [table, sums] : found)
        if (!expected.contains(table)) lines.push_back(fmt::format("table {} should not be there", table));
    return lines;
}

}  // namespace mindspace::app::backup
