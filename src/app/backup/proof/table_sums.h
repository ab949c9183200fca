#pragma once
// What two copies of a database are compared by: the number of rows of each table and a checksum of all of them, in any
// order. Tables that are not logged, and materialized views, are not compared: they are not backed up, or recomputed.

#include "platform/async/awaitable.h"

#include <map>
#include <string>
#include <vector>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::app::backup {

// By table: "rows checksum".
using TableSums = std::map<std::string, std::string>;

// In one snapshot. Reads every row of the database. Faults: those of postgres::Session.
Awaitable<TableSums> read_table_sums(postgres::Session& session);

// The names of these tables, quoted for SQL.
Awaitable<std::vector<std::string>> list_tables(postgres::Session& session);

// One line for each table that differs, is missing, or should not be there.
std::vector<std::string> differences(const TableSums& expected, const TableSums& found);

}  // namespace mindspace::app::backup
