#pragma once
// Checks of a restored database before anyone relies on it.

#include "app/backup/proof/table_sums.h"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>

namespace mindspace::app::backup {

// The database and the role in a connection string; "mindspace" if it names none.
std::string database_name(const std::string& url);
std::string database_user(const std::string& url);

// The sums of the tables of a database that no other process uses.
TableSums table_sums_of(const std::string& conninfo);

// Compares the statistics of about `count` random users with the history, as `mindspace analytics verify` does; returns
// how many users were compared. Events that were in flight are not a fault. Throws StartupError (EX_DATAERR) with the
// number of users who differ.
std::int64_t require_statistics(const std::string& conninfo, std::int64_t count);

}  // namespace mindspace::app::backup
