#include "migrated_database.h"

#include "app/migrations.h"
#include "platform/postgres/session.h"
#include "platform/postgres/test_server.h"

namespace mindspace::integration {

std::string create_migrated_database(asio::io_context& io) {
    auto conninfo = postgres::TestServer::shared().create_database();
    postgres::Session session(io, {.conninfo = conninfo});
    postgres::run(io, session.connect());
    postgres::run(io, postgres::migrate(session, db::migrations()));
    return conninfo;
}

}  // namespace mindspace::integration
