#include "app/process/backends.h"

#include "app/embedded/socket_directory.h"
#include "app/migrations.h"
#include "app/process/startup_error.h"
#include "platform/async/run_on.h"
#include "platform/async/sleep.h"
#include "platform/events/outbox/partitions.h"
#include "platform/postgres/connection/session.h"
#include "platform/postgres/values/errors.h"
#include "platform/redis/connection/url.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/io_context.hpp>

#include <chrono>

namespace mindspace::app {

namespace {

constexpr auto kRetryInterval = std::chrono::milliseconds(500);
constexpr Milliseconds kMaxDryRun{5'000};           // the rehearsal of a step holds its locks for at most this time
constexpr Milliseconds kMigrationTimeout{600'000};  // one migration may rewrite a table

void report(std::string_view progress) {
    log::info(progress);
}

redis::ClientOptions redis_options(const Config& config) {
    auto options = redis::parse_url(config.redis.url);
    if (!options) throw StartupError(EX_CONFIG, "redis.url: " + options.error().detail);
    options->command_timeout = config.redis.command_timeout;
    return std::move(*options);
}

std::string direct_database(const Config& config, const std::string& database) {
    return config.database.direct_url.empty() ? database : config.database.direct_url;
}

Awaitable<> connect_in_time(postgres::Session& session, Seconds timeout) {
    auto give_up_at = std::chrono::steady_clock::now() + timeout;
    bool announced = false;
    while (true) {
        std::string reason;
        try {
            co_await session.connect();
            co_return;
        } catch (const Unavailable& fault) {
            reason = fault.what();
        }
        if (std::chrono::steady_clock::now() >= give_up_at)
            throw StartupError(EX_UNAVAILABLE, "PostgreSQL is unavailable (database.url): " + reason);
        if (!announced) log::warn("waiting for PostgreSQL", {{"error.message", reason}});
        announced = true;
        co_await sleep_for(kRetryInterval);
    }
}

Awaitable<int> apply_migrations(asio::io_context& loop, std::string conninfo, Seconds timeout,
                                const Preparation* prepare) {
    postgres::SessionOptions options{.conninfo = std::move(conninfo), .query_timeout = kMigrationTimeout};
    postgres::Session session(loop, std::move(options));
    co_await connect_in_time(session, timeout);
    int applied = co_await postgres::migrate(session, db::migrations());
    co_await events::create_outbox_partitions(session, SystemClock{}.now());
    if (*prepare) co_await (*prepare)(session);
    session.close();
    co_return applied;
}

}  // namespace

BackendServers::BackendServers(const Config& config, const std::optional<DataDirectory>& directory,
                               std::string archive_command) {
    if (config.database.url.empty() || config.redis.url.empty()) {
        EmbeddedSettings settings;
        settings.archive_command = std::move(archive_command);
        embedded_ = std::make_unique<EmbeddedServers>(directory.value(), settings, &report);
        embedded_->start();
    }
    where_.database = config.database.url.empty() ? embedded_->postgres_conninfo() : config.database.url;
    where_.direct_database = direct_database(config, where_.database);
    if (config.redis.url.empty()) {
        where_.redis.socket_path = embedded_->redis_socket();
        where_.redis.command_timeout = config.redis.command_timeout;
    } else {
        where_.redis = redis_options(config);
    }
}

void BackendServers::poll() {
    if (embedded_) embedded_->poll();
}

void BackendServers::stop() {
    if (embedded_) embedded_->stop();
}

std::string configured_database(const Config& config) {
    if (config.database.url.empty())
        throw StartupError(EX_CONFIG, "database.url must be set here; `mindspace up` embeds its own servers");
    return direct_database(config, config.database.url);
}

std::filesystem::path data_root(const Config& config) {
    return DataDirectory::resolve(config.data_dir.empty() ? DataDirectory::default_path()
                                                          : std::filesystem::path(config.data_dir));
}

Backends running_backends(const Config& config) {
    auto sockets = choose_socket_directory(data_root(config) / "run");
    Backends where{.database = config.database.url, .direct_database = {}, .redis = {}};
    if (where.database.empty()) where.database = EmbeddedPostgres::conninfo(sockets);
    where.direct_database = direct_database(config, where.database);
    if (config.redis.url.empty())
        where.redis.socket_path = EmbeddedRedis::socket(sockets);
    else
        where.redis = redis_options(config);
    return where;
}

namespace {

// Runs the work to its end. Its faults become StartupError.
template <class T>
T run_on_database(asio::io_context& loop, Awaitable<T> work) {
    auto end = run_on(loop, std::move(work));
    loop.run();
    try {
        return end.get();
    } catch (const postgres::SchemaMismatch& mismatch) {
        throw StartupError(EX_CONFIG, mismatch.what());
    } catch (const postgres::DatabaseError& error) {
        throw StartupError(EX_CONFIG, std::string("a migration failed: ") + error.what());
    } catch (const Unavailable& fault) {
        throw StartupError(
            EX_UNAVAILABLE,
            std::string("the connection to PostgreSQL was lost during the migrations, or one took too long: ") +
                fault.what());
    }
}

Awaitable<std::vector<postgres::MigrationCost>> dry_run(asio::io_context& loop, std::string conninfo, Seconds timeout) {
    postgres::SessionOptions options{.conninfo = std::move(conninfo), .query_timeout = kMigrationTimeout};
    postgres::Session session(loop, std::move(options));
    co_await connect_in_time(session, timeout);
    auto costs = co_await postgres::dry_run_migrations(session, db::migrations(), kMaxDryRun);
    session.close();
    co_return costs;
}

}  // namespace

int prepare_database(const std::string& database, const Config& config, const Preparation& prepare) {
    asio::io_context loop;
    return run_on_database(loop, apply_migrations(loop, database, config.database.start_timeout, &prepare));
}

std::vector<postgres::MigrationCost> dry_run_migrations(const Config& config) {
    asio::io_context loop;
    return run_on_database(loop, dry_run(loop, configured_database(config), config.database.start_timeout));
}

}  // namespace mindspace::app
