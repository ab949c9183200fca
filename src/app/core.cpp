#include "app/core.h"

#include "app/jobs/retention_rules.h"
#include "platform/redis/connection/eviction.h"
#include "platform/telemetry/log/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace mindspace::app {

namespace {

constexpr std::size_t kMaxBackground = 1000;  // on each core: failed logins to be written down

auth::SessionRegistry::Scope registry_scope(const Config& config) {
    using enum auth::SessionRegistry::Scope;
    return config.database.replica_urls.empty() ? logins : logins_and_writes;
}

auth::MailLimits mail_limits(const Config& config) {
    auto scaled = [&](std::uint32_t mails) {
        return static_cast<std::int32_t>(std::clamp(mails * config.rate_limit.scale, 1.0, 1e6));
    };
    return {.per_minute = scaled(config.rate_limit.mails_per_minute),
            .per_hour = scaled(config.rate_limit.mails_per_hour),
            .per_day = scaled(config.rate_limit.mails_per_day)};
}

void warn_of_background_fault(const std::exception& fault) {
    log::warn("work behind a response failed", {{"error.message", fault.what()}});
}

}  // namespace

Listener::Listener(asio::io_context& loop, http::ServerOptions options, http::Endpoints endpoints,
                   const http::Middleware& middleware)
    : router(make_router(std::move(endpoints))),
      metrics(router),
      dispatcher(router, middleware, metrics),
      server(loop, std::move(options), dispatcher, metrics) {}

http::Router Listener::make_router(http::Endpoints endpoints) {
    http::Router router;
    router.add(std::move(endpoints));
    return router;
}

IdentityParts::IdentityParts(asio::io_context& loop, postgres::Client& database, redis::Client& redis,
                             limits::RateLimiter& limiter, Shared& shared)
    : background(loop, {.limit = kMaxBackground, .on_task_failed = &warn_of_background_fault}),
      guesses(limiter, shared.config.rate_limit.scale),
      quota(database, *shared.secret, mail_limits(shared.config)),
      parts{.database = database,
            .redis = redis,
            .hasher = shared.hasher,
            .background = background,
            .guesses = guesses,
            .networks = shared.login_networks,
            .settings = shared.auth_settings},
      service(parts, quota, *shared.signing_key),
      accounts(parts, quota) {}

Core::Core(Shared& shared_parts, unsigned core_index)
    : shared(shared_parts),
      index(core_index),
      database(loop, shared.database_options()),
      imports(loop, shared.import_options()),
      replicas(loop, database, shared.replica_options()),
      redis(loop, shared.backends.redis),
      subscriber(loop, shared.backends.redis),
      limiter(redis),
      revoked(shared.auth_settings.access.ttl),
      guard({auth::AuthStore(database), auth::SessionRegistry(redis, registry_scope(shared.config)), limiter, revoked,
             replicas},
            shared.auth_settings.access, shared.config.auth.token_cache),
      overload(loop, shared.config.http.max_queue_delay,
               [this](http::Queue queue, std::size_t ahead, postgres::Client::TimePoint now) {
                   using enum postgres::Client::Use;
                   return database.delay(queue == http::Queue::reads ? read : write, ahead, now);
               }) {
    if (shared.secret) idempotency.emplace(database, *shared.secret, shared.config.http.request_timeout);
    database.start();
    replicas.start();
    if (index == 0) redis.on_connected(&redis::warn_of_eviction);
    redis.start();
    subscriber.on_gap([this] {
        if (rooms) rooms->note_gap();
    });
    subscriber.start();
    asio::co_spawn(loop, flush_access_log(), asio::detached);
    if (index != 0) return;
    retention = std::make_unique<retention::Job>(loop, shared.backends.direct_database, retention_rules(shared.config));
    retention->start();
    database_check = std::make_unique<DatabaseCheck>(loop, database, shared.database_health);
    database_check->start();
}

Core::~Core() = default;

void Core::run() {
    loop.run();
    // Whatever stop() called off ends now, while all that it refers to is there.
    loop.restart();
    loop.poll();
}

bool Core::is_connected() const {
    return database.is_up() && redis.is_up() && (!sessions || imports.is_up()) &&
           shared.database_health.is_good(DatabaseHealth::Clock::now());
}

void Core::start() {
    for (auto& listener : listeners) listener->server.start();
    if (identity && identity->mailer) identity->mailer->start();
}

void Core::drain(Milliseconds window) {
    for (auto& listener : listeners) listener->server.drain(window);
    if (rooms) rooms->drain(window);
    if (identity && identity->mailer) identity->mailer->drain();
}

bool Core::is_idle() const {
    if (identity && (!identity->background.is_idle() || (identity->mailer && !identity->mailer->is_idle())))
        return false;
    if (rooms && !rooms->is_settled()) return false;
    return std::ranges::all_of(listeners, [](const auto& listener) { return listener->server.is_idle(); });
}

void Core::revoke(const auth::Revocation& revocation) {
    if (const auto* session = std::get_if<AuthSessionId>(&revocation)) revoked.add(*session, clock.now());
    if (const auto* all = std::get_if<auth::UserSessionsEnded>(&revocation))
        revoked.add(all->user, all->end, clock.now());
    if (!std::holds_alternative<auth::SigningKeysWithdrawn>(revocation)) return;
    guard.forget_keys();
    if (identity) identity->service.forget_keys();
}

void Core::stop() {
    for (auto& listener : listeners) listener->server.stop();
    for (auto& checker : checkers) checker->stop();
    for (auto& upstream : upstreams) upstream->stop();
    if (rooms) rooms->stop();
    if (connection_stats) connection_stats->stop();
    if (pipeline) pipeline->stop();
    if (upkeep) upkeep->stop();
    if (sweeper) sweeper->stop();
    if (revocations) revocations->stop();
    if (retention) retention->stop();
    if (database_check) database_check->stop();
    if (identity && identity->mailer) identity->mailer->stop();
    overload.stop();
    subscriber.stop();
    redis.stop();
    replicas.stop();
    imports.stop();
    database.stop();
    work_.reset();
    flush_timer_.cancel();
    loop.stop();
}

Awaitable<> Core::flush_access_log() {
    while (true) {
        access_log.flush();
        flush_timer_.expires_after(std::chrono::seconds(1));
        auto [stopped] = co_await flush_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
        if (stopped) co_return;
    }
}

}  // namespace mindspace::app
