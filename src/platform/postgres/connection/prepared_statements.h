#pragma once
// The prepared statements of one connection, and how statements are passed to libpq. The send functions only fill
// libpq's buffer; false means that the connection is broken. Used by Client's connections and by Session.

#include "platform/postgres/connection/connection.h"
#include "platform/postgres/values/statement.h"

#include <unordered_map>

struct pg_conn;

namespace mindspace::postgres {

class PreparedStatements {
public:
    explicit PreparedStatements(Pooling pooling = Pooling::none) : is_enabled_(pooling == Pooling::none) {}

    // False: nothing is prepared here, every statement is sent with its text.
    [[nodiscard]] bool is_enabled() const { return is_enabled_; }
    // Throws std::logic_error if the statement is known with other argument types.
    [[nodiscard]] bool contains(const Query& query) const;
    void add(const Query& query);
    // Its preparation failed or was skipped: the next use prepares it again.
    void forget(const Statement* statement) { types_.erase(statement); }

private:
    using Types = boost::container::small_vector<Oid, 8>;
    std::unordered_map<const Statement*, Types> types_;
    bool is_enabled_;
};

bool send_prepare(pg_conn* connection, const Query& query);
// Requests the result in binary format. Sends the statement's text along.
bool send_unprepared(pg_conn* connection, const Query& query);
bool send_execute(pg_conn* connection, const Query& query);

}  // namespace mindspace::postgres
