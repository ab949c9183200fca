#pragma once
// What all cores of the process share: immutable after the start, or safe for several threads by itself.

#include "app/operations/database_check.h"
#include "app/process/ports.h"
#include "app/settings.h"
#include "platform/async/worker_pool.h"
#include "platform/base/secret.h"
#include "platform/http/api/static_content.h"
#include "platform/http/middleware/cors.h"
#include "platform/http/middleware/gateway_keys.h"
#include "platform/http/middleware/rate_limit.h"
#include "platform/http/server/client_address.h"
#include "platform/http/server/tls_certificates.h"
#include "platform/postgres/replicas/replicas.h"
#include "platform/redis/connection/options.h"
#include "services/auth/logins/known_networks.h"
#include "services/auth/logins/service.h"
#include "services/auth/passwords/hasher.h"
#include "services/gateway/node_status.h"

#include <atomic>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>

namespace mindspace::app {

// Where the servers that this process uses are: its own or the configured ones.
struct Backends {
    std::string database;         // for libpq; it may be a pool
    std::string direct_database;  // the server itself, for what needs a connection of its own
    redis::ClientOptions redis;
};

struct Shared {
    Shared(const Config& settings, Backends where, Ports& taken);

    const Config& config;
    Backends backends;
    Ports& ports;
    auth::AuthSettings auth_settings;
    WorkerPool hashing;
    auth::PasswordHasher hasher;
    auth::KnownNetworks login_networks;
    std::optional<auth::SigningKey> signing_key;    // of the auth role alone
    std::optional<Secret> secret;                   // of the roles auth and meditation
    std::optional<http::GatewayKeys> gateway_keys;  // where some roles are in other processes
    http::RateLimits rate_limits;
    http::CorsPolicy cors;
    http::ProxyTrust proxies;
    WorkerPool compression;                           // of large answers
    WorkerPool large_bodies;                          // of requests: reading and checking them
    std::filesystem::path mail_directory{};           // where mails become files
    http::StaticDocument openapi{};                   // set before the listeners start, and so
    http::StaticDocument asyncapi{};                  // is this
    std::deque<gateway::UpstreamStatus> upstreams{};  // of a gateway: the roles that run elsewhere
    std::optional<http::TlsCertificates> tls{};       // of a gateway that speaks HTTPS
    std::atomic<bool> draining{false};
    DatabaseHealth database_health;  // of the first core, for all

    [[nodiscard]] postgres::ClientOptions database_options() const;
    [[nodiscard]] postgres::ClientOptions import_options() const;
    [[nodiscard]] postgres::ReplicaOptions replica_options() const;
};

}  // namespace mindspace::app
