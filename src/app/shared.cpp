#include "app/shared.h"

#include <thread>

namespace mindspace::app {

Shared::Shared(const Config& settings, Backends where)
    : config(settings),
      backends(std::move(where)),
      auth_settings{.access = {.issuer = settings.auth.issuer, .ttl = settings.auth.access_token_ttl},
                    .refresh_ttl = settings.auth.refresh_token_ttl},
      hashing("hashing",
              settings.auth.hash_threads != 0 ? settings.auth.hash_threads : std::thread::hardware_concurrency(),
              settings.auth.hash_queue),
      hasher(hashing, {.memory_kib = settings.auth.argon2_memory_kib, .passes = settings.auth.argon2_passes}) {}

postgres::ClientOptions Shared::database_options() const {
    return {.conninfo = backends.database,
            .connections = static_cast<int>(config.database.connections_per_core),
            .query_timeout = config.database.query_timeout};
}

}  // namespace mindspace::app
