#pragma once
// A real PgBouncer in transaction mode in front of a PostgreSQL, with its socket in a temporary directory.

#include "support/program/process.h"

#include "support/postgres/server.h"

#include <memory>

namespace mindspace::integration {

class PgBouncer {
public:
    explicit PgBouncer(const postgres::TestServer& server);

    // The connection string of the database through the pool.
    [[nodiscard]] std::string conninfo(const std::string& database) const;

private:
    TemporaryDirectory directory_;
    std::unique_ptr<Process> process_;
};

}  // namespace mindspace::integration
