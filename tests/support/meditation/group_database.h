#pragma once
// For tests of groups: a new database with the program's schema, a client, and users.

#include "platform/postgres/connection/client.h"
#include "platform/postgres/migrations/migrations.h"
#include "services/user/client.h"
#include "support/postgres/loop.h"
#include "support/postgres/server.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

// Built into the program from db/migrations. app/ is above the services, so its header cannot be included here.
namespace mindspace::db {
std::span<const postgres::Migration> migrations();
}

namespace mindspace::meditation {

class GroupTestDatabase {
public:
    explicit GroupTestDatabase(asio::io_context& io)
        : io_(io), conninfo_(make()), client_(io, {.conninfo = conninfo_}) {
        client_.start();
        postgres::run_until(io_, [this] { return client_.is_up(); });
    }

    [[nodiscard]] postgres::Client& client() { return client_; }
    [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

    UserId add_user(const std::string& name, const std::string& timezone = "UTC") {
        auto now = SystemClock{}.now();
        user::NewUser user{.id = UserId::make(now),
                           .email = name + "@example.org",
                           .display_name = name,
                           .timezone = timezone,
                           .locale = "en",
                           .created_at = now};
        std::vector<postgres::Query> queries;
        queries.push_back(user::insert_user(user));
        postgres::run(io_, client_.transaction(std::move(queries)));
        return user.id;
    }

    template <class... A>
    postgres::Rows query(const postgres::Statement& statement, const A&... arguments) {
        return postgres::run(io_, client_.query(statement, arguments...));
    }

private:
    std::string make() {
        return postgres::TestServer::shared().create_filled_database([this](const std::string& conninfo) {
            postgres::Session session(io_, {.conninfo = conninfo});
            postgres::run(io_, migrate(session));
        });
    }
    static Awaitable<bool> migrate(postgres::Session& session) {
        co_await session.connect();
        co_await postgres::migrate(session, db::migrations());
        co_return true;
    }

    asio::io_context& io_;
    std::string conninfo_;
    postgres::Client client_;
};

}  // namespace mindspace::meditation
