#include "platform/postgres/partitions/citus.h"

#include "platform/base/result.h"
#include "platform/postgres/values/rows.h"

#include <libpq-fe.h>

namespace mindspace::postgres {

Awaitable<bool> is_citus(std::shared_ptr<Connection> connection, Milliseconds timeout) {
    connection->close_at(std::chrono::steady_clock::now() + timeout);
    bool is_sent = PQsendQuery(connection->native(), "SELECT FROM pg_extension WHERE extname = 'citus'") == 1;
    bool found = false;
    // Such a short command fits into any socket buffer.
    while (is_sent && connection->is_open()) {
        if (PQisBusy(connection->native()) == 1) {
            co_await connection->readable();
            if (!connection->is_open() || !connection->consume()) break;
            continue;
        }
        const Rows rows(PQgetResult(connection->native()));
        if (rows.native() == nullptr) {
            connection->cancel_deadline();
            co_return found;
        }
        found = found || PQntuples(rows.native()) == 1;
    }
    connection->close();
    throw Unavailable("postgres: connection lost while asking what the server is");
}

}  // namespace mindspace::postgres
