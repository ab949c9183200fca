#include "platform/postgres/partitions/citus.h"

#include "platform/base/result.h"
#include "platform/postgres/values/rows.h"

#include <libpq-fe.h>

namespace mindspace::postgres {

Awaitable<bool> is_citus(std::shared_ptr<Link> link, Milliseconds timeout) {
    link->close_at(std::chrono::steady_clock::now() + timeout);
    bool is_sent = PQsendQuery(link->native(), "SELECT FROM pg_extension WHERE extname = 'citus'") == 1;
    bool found = false;
    // Such a short command fits into any socket buffer.
    while (is_sent && link->is_open()) {
        if (PQisBusy(link->native()) == 1) {
            co_await link->readable();
            if (!link->is_open() || !link->consume()) break;
            continue;
        }
        const Rows rows(PQgetResult(link->native()));
        if (rows.native() == nullptr) {
            link->keep_open();
            co_return found;
        }
        found = found || PQntuples(rows.native()) == 1;
    }
    link->close();
    throw Unavailable("postgres: connection lost while asking what the server is");
}

}  // namespace mindspace::postgres
