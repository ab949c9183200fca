#include "app/commands/connection.h"

#include "app/process/backends.h"
#include "app/process/startup_error.h"
#include "platform/postgres/connection/session.h"

#include <fmt/format.h>

namespace mindspace::app {

namespace {

constexpr auto kConnectTimeout = std::chrono::seconds(5);
constexpr auto kRedisTimeout = std::chrono::seconds(1);

postgres::ClientOptions database_options(const Config& config, const Backends& where) {
    return {.conninfo = where.direct_database, .connections = 1, .query_timeout = config.database.query_timeout};
}

Awaitable<> try_to_connect(asio::io_context& loop, std::string conninfo) {
    postgres::Session session(loop, {.conninfo = std::move(conninfo)});
    co_await session.connect();
    session.close();
}

std::string advice(const Config& config, std::string_view reason) {
    if (!config.database.url.empty()) return fmt::format("PostgreSQL is unavailable (database.url): {}", reason);
    return fmt::format(
        "Mind Space does not run on the data directory {}: start it with `mindspace up`, or set database.url",
        data_root(config).native());
}

// Waits until the condition holds or the time is over.
template <class Condition>
void run_until(asio::io_context& loop, std::chrono::seconds timeout, Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!condition() && std::chrono::steady_clock::now() < deadline) loop.run_one_for(std::chrono::milliseconds(20));
}

}  // namespace

CommandConnection::CommandConnection(const Config& config) : CommandConnection(config, running_backends(config)) {}

CommandConnection::CommandConnection(const Config& config, const Backends& where)
    : database_(loop_, database_options(config, where)), redis_(loop_, where.redis) {
    try {
        run(try_to_connect(loop_, where.direct_database));
    } catch (const Unavailable& fault) {
        throw StartupError(EX_UNAVAILABLE, advice(config, fault.what()));
    }
    database_.start();
    redis_.start();
    run_until(loop_, kConnectTimeout, [this] { return database_.is_up(); });
    run_until(loop_, kRedisTimeout, [this] { return redis_.is_up(); });
}

CommandConnection::~CommandConnection() {
    redis_.stop();
    database_.stop();
}

}  // namespace mindspace::app
