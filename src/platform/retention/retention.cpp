#include "platform/retention/retention.h"

#include "platform/postgres/connection/session.h"

namespace mindspace::retention {

namespace {

constexpr std::int64_t kBatchSize = 1000;

Awaitable<std::int64_t> remove_rows(postgres::Session& session, const postgres::Statement* statement,
                                    Timestamp before) {
    auto rows = co_await session.query(*statement, before, kBatchSize);
    co_return rows.affected();
}

}  // namespace

Rule rows(std::string name, const postgres::Statement& statement, Seconds max_age) {
    return {.name = std::move(name), .remove = [&statement, max_age](postgres::Session& session, Timestamp now) {
                return remove_rows(session, &statement, now - max_age);
            }};
}

}  // namespace mindspace::retention
