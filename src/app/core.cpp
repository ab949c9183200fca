#include "app/core.h"

#include "app/process/backends.h"
#include "app/settings/settings.h"

namespace mindspace::app {

namespace {

postgres::ClientOptions database_options(const DatabaseSettings& settings, const std::string& conninfo) {
    return {.conninfo = conninfo,
            .pooling = settings.pooling,
            .connections = static_cast<int>(settings.connections_per_core),
            .query_timeout = settings.query_timeout};
}

postgres::ReplicaOptions replica_options(const DatabaseSettings& settings, postgres::ClientOptions connections) {
    connections.pooling = postgres::Pooling::none;
    // Half for each of two attempts: after a replica that is late, the primary has as much time.
    connections.query_timeout /= 2;
    return {
        .conninfos = settings.replica_urls, .connections = std::move(connections), .max_lag = settings.replica_max_lag};
}

}  // namespace

Core::Core(unsigned index, const Config& config, const Backends& backends, auth::KnownSignatures& signatures,
           const telemetry::Tracer* tracer)
    : database_options_(database_options(config.database, backends.database)),
      direct_database_(backends.direct_database),
      database_(loop_, database_options_),
      replicas_(loop_, database_, replica_options(config.database, database_options_)),
      redis_(loop_, backends.redis),
      subscriber_(loop_, backends.redis),
      limiter_(redis_),
      access_(loop_,
              {.database = database_,
               .replicas = replicas_,
               .redis = redis_,
               .subscriber = subscriber_,
               .limiter = limiter_,
               .signatures = signatures},
              config.auth),
      resources_{.index = index,
                 .loop = loop_,
                 .database = database_,
                 .replicas = replicas_,
                 .redis = redis_,
                 .subscriber = subscriber_,
                 .limiter = limiter_,
                 .access = access_.control(),
                 .database_options = database_options_,
                 .direct_database = direct_database_,
                 .tracer = tracer} {}

void Core::run() {
    loop_.run();
    // All that stop() cancelled ends now, while everything it refers to still exists.
    loop_.restart();
    loop_.poll();
}

void Core::connect() {
    database_.start();
    replicas_.start();
    redis_.start();
    subscriber_.start();
    access_.start();
}

void Core::stop() {
    access_.stop();
    subscriber_.stop();
    redis_.stop();
    replicas_.stop();
    database_.stop();
    work_.reset();
    loop_.stop();
}

}  // namespace mindspace::app
