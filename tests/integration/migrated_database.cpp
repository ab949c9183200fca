#include "migrated_database.h"

#include "app/migrations.h"
#include "citus_cluster.h"
#include "platform/postgres/session.h"
#include "platform/postgres/test_server.h"

namespace mindspace::integration {

namespace {

void migrate(asio::io_context& io, const std::string& conninfo) {
    postgres::Session session(io, {.conninfo = conninfo});
    postgres::run(io, session.connect());
    postgres::run(io, postgres::migrate(session, db::migrations()));
}

}  // namespace

void migrate(const std::string& conninfo) {
    asio::io_context io;
    migrate(io, conninfo);
}

std::string create_migrated_database(asio::io_context& io) {
    if (auto distributed = database_of_environment(); !distributed.empty()) return distributed;
    auto conninfo = postgres::TestServer::shared().create_database();
    migrate(io, conninfo);
    return conninfo;
}

}  // namespace mindspace::integration
