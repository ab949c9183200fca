#include "app/core.h"

#include "platform/telemetry/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace mindspace::app {

namespace {

constexpr std::size_t kMaxBackground = 1000;  // on each core: mails to be queued, failed logins to be written down

}  // namespace

Listener::Listener(asio::io_context& loop, http::ServerOptions options, http::Endpoints endpoints, http::Guard* guard,
                   log::AccessLog* access_log)
    : router(make_router(std::move(endpoints))),
      metrics(router),
      dispatcher(router, guard, metrics, access_log),
      server(loop, std::move(options), dispatcher, metrics) {}

http::Router Listener::make_router(http::Endpoints endpoints) {
    http::Router router;
    router.add(std::move(endpoints));
    return router;
}

IdentityParts::IdentityParts(asio::io_context& loop, postgres::Client& database, redis::Client& redis, Shared& shared)
    : background(loop, kMaxBackground,
                 [](const std::exception& fault) {
                     log::warn("work behind an answer failed", {{"error.message", fault.what()}});
                 }),
      service({database, redis, shared.hasher, background, shared.auth_settings}, *shared.signing_key),
      accounts({database, redis, shared.hasher, background, shared.auth_settings}) {}

GroupParts::GroupParts(asio::io_context& loop, meditation::LiveBackends backends, http::Guard& guard,
                       meditation::LiveSettings live_settings)
    : settings(std::move(live_settings)),
      rooms(loop, backends, guard, settings),
      service(meditation::GroupStore(backends.database), meditation::RoomOrder(backends.redis),
              meditation::GroupTickets(backends.redis), settings.public_url),
      entrance(rooms, backends, guard, settings) {}

Core::Core(Shared& shared_parts, unsigned core_index)
    : shared(shared_parts),
      index(core_index),
      database(loop, shared.database_options()),
      redis(loop, shared.backends.redis),
      subscriber(loop, shared.backends.redis),
      guard(auth::AuthStore(database), auth::SessionRegistry(redis), shared.auth_settings.access) {
    database.start();
    redis.start();
    subscriber.on_gap([this] {
        if (groups) groups->rooms.note_gap();
    });
    subscriber.start();
    asio::co_spawn(loop, flush_access_log(), asio::detached);
}

Core::~Core() = default;

void Core::run() {
    loop.run();
}

void Core::start() {
    for (auto& listener : listeners) listener->server.start();
    if (identity && identity->mailer) identity->mailer->start();
}

void Core::drain(Milliseconds window) {
    for (auto& listener : listeners) listener->server.drain();
    if (groups) groups->rooms.drain(window);
    if (identity && identity->mailer) identity->mailer->drain();
}

bool Core::is_idle() const {
    if (identity && (!identity->background.is_idle() || (identity->mailer && !identity->mailer->is_idle())))
        return false;
    return std::ranges::all_of(listeners, [](const auto& listener) { return listener->server.is_idle(); });
}

void Core::stop() {
    for (auto& listener : listeners) listener->server.stop();
    if (groups) groups->rooms.stop();
    if (projection) projection->stop();
    if (identity && identity->mailer) identity->mailer->stop();
    subscriber.stop();
    redis.stop();
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
