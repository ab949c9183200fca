#include "app/backup/proof/checks.h"

#include "app/process/startup_error.h"
#include "platform/async/run_on.h"
#include "platform/postgres/connection/connection_string.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/verification/verify.h"
#include "services/user/client.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace mindspace::app::backup {

namespace {

constexpr Milliseconds kStatementTimeout = std::chrono::hours(6);

Awaitable<TableSums> read_sums(asio::io_context& loop, std::string conninfo) {
    postgres::Session session(loop, {.conninfo = std::move(conninfo), .query_timeout = kStatementTimeout});
    co_await session.connect();
    auto sums = co_await read_table_sums(session);
    session.close();
    co_return sums;
}

Awaitable<analytics::Verification> compare_statistics(asio::io_context& loop, std::string conninfo,
                                                      std::int64_t count) {
    postgres::Session session(loop, {.conninfo = std::move(conninfo), .query_timeout = kStatementTimeout});
    co_await session.connect();
    auto users = co_await user::sample_users(session, count);
    auto found = co_await analytics::verify(session, std::move(users), Milliseconds(0));
    session.close();
    co_return found;
}

std::string named(std::string value) {
    return value.empty() ? "mindspace" : value;
}

}  // namespace

std::string database_name(const std::string& url) {
    return named(postgres::value_of(url, "dbname"));
}

std::string database_user(const std::string& url) {
    return named(postgres::value_of(url, "user"));
}

TableSums table_sums_of(const std::string& conninfo) {
    asio::io_context loop(1);
    auto sums = run_on(loop, read_sums(loop, conninfo));
    loop.run();
    return sums.get();
}

std::int64_t require_statistics(const std::string& conninfo, std::int64_t count) {
    asio::io_context loop(1);
    auto verification = run_on(loop, compare_statistics(loop, conninfo, count));
    loop.run();
    const auto found = verification.get();
    if (!found.diverging.empty())
        throw StartupError(EX_DATAERR,
                           fmt::format("the statistics of {} of {} users differ from the history, the first "
                                       "is {}: run `mindspace analytics rebuild`",
                                       found.diverging.size(), found.users, found.diverging.front().to_string()));
    return found.users;
}

}  // namespace mindspace::app::backup
