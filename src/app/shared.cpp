#include "app/shared.h"

#include <thread>

namespace mindspace::app {

namespace {

constexpr std::size_t kWaitingCompressions = 256;
constexpr std::size_t kWaitingBodies = 32;      // a quarter for requests that have begun; beyond: 503
constexpr std::size_t kKnownNetworks = 20'000;  // some 100 bytes each
constexpr std::size_t kWaitingImports = 32;     // on each core; beyond: 503

http::RateLimits make_rate_limits(const RateLimitSettings& settings) {
    auto policy = [&](std::string_view name, std::uint32_t calls) {
        return limits::Policy(name, settings.scale * calls, Seconds(60));
    };
    return {.auth = policy("auth", settings.auth),
            .read = policy("read", settings.read),
            .write = policy("write", settings.write),
            .socket = policy("socket", settings.socket),
            .import = policy("import", settings.import)};
}

}  // namespace

Shared::Shared(const Config& settings, Backends where, Ports& taken)
    : config(settings),
      backends(std::move(where)),
      ports(taken),
      auth_settings{.access = {.issuer = settings.auth.issuer, .ttl = settings.auth.access_token_ttl},
                    .refresh_ttl = settings.auth.refresh_token_ttl,
                    .max_sessions = settings.auth.max_login_sessions,
                    .session_lifetime = settings.auth.login_session_lifetime},
      hashing("hashing",
              settings.auth.hash_threads != 0 ? settings.auth.hash_threads : std::thread::hardware_concurrency(),
              settings.auth.hash_queue, settings.auth.hash_queue / 4, WorkerPool::Share::background),
      hasher(hashing, {.memory_kib = settings.auth.argon2_memory_kib, .passes = settings.auth.argon2_passes}),
      login_networks(kKnownNetworks),
      rate_limits(make_rate_limits(settings.rate_limit)),
      cors(settings.cors.origins),
      proxies(make_proxy_trust(settings.http)),
      compression("compression", 1, kWaitingCompressions),
      large_bodies("large_bodies", 1, kWaitingBodies, kWaitingBodies / 4, WorkerPool::Share::background) {}

postgres::ClientOptions Shared::database_options() const {
    return {.conninfo = backends.database,
            .pooling = config.database.pooling,
            .connections = static_cast<int>(config.database.connections_per_core),
            .query_timeout = config.database.query_timeout};
}

postgres::ClientOptions Shared::import_options() const {
    auto options = database_options();
    options.connections = 1;
    options.max_pending = kWaitingImports;
    return options;
}

postgres::ReplicaOptions Shared::replica_options() const {
    auto connections = database_options();
    connections.pooling = postgres::Pooling::none;
    // Twice: a replica that is late leaves the primary as much time.
    connections.query_timeout /= 2;
    return {.conninfos = config.database.replica_urls,
            .connections = std::move(connections),
            .max_lag = config.database.replica_max_lag};
}

}  // namespace mindspace::app
