#include "support/postgres/migrated_database.h"

#include "app/migrations.h"
#include "platform/postgres/connection/session.h"
#include "support/postgres/citus_cluster.h"
#include "support/postgres/server.h"

namespace mindspace::integration {

void migrate(const std::string& conninfo) {
    asio::io_context io;
    postgres::Session session(io, {.conninfo = conninfo});
    postgres::run(io, session.connect());
    postgres::run(io, postgres::migrate(session, db::migrations()));
}

std::string create_migrated_database() {
    if (auto distributed = database_of_environment(); !distributed.empty()) return distributed;
    return postgres::TestServer::shared().create_filled_database(&migrate);
}

}  // namespace mindspace::integration
