#include "app/core.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace mindspace::app {

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

Core::Core(Shared& shared_parts, unsigned core_index)
    : shared(shared_parts),
      index(core_index),
      database(loop, shared.database_options()),
      redis(loop, shared.backends.redis),
      subscriber(loop, shared.backends.redis),
      guard(auth::AuthStore(database), auth::SessionRegistry(redis), shared.auth_settings.access) {
    database.start();
    redis.start();
    subscriber.start();
    asio::co_spawn(loop, flush_access_log(), asio::detached);
}

Core::~Core() = default;

void Core::run() { loop.run(); }

void Core::stop() {
    for (auto& listener : listeners) listener->server.stop();
    if (projection) projection->stop();
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
