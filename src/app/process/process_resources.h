#pragma once
// What a process gives its modules, beside what each core does (platform/module/core_resources.h). Made before the
// threads, immutable or safe for several of them; outlives the modules.

#include "app/process/ports.h"
#include "app/settings/settings.h"
#include "platform/async/worker_pool.h"
#include "platform/base/secret.h"
#include "platform/http/middleware/gateway_keys.h"
#include "platform/http/server/tls_certificates.h"
#include "services/auth/module.h"

#include <optional>

namespace mindspace::app {

struct ProcessResources {
    // Starts a thread. All that it is given must outlive it.
    ProcessResources(const Config& settings, const Roles& served, Ports& taken);

    const Config& config;
    const Roles& roles;
    Ports& ports;
    std::optional<Secret> secret{};                   // of roles that share one
    std::optional<http::GatewayKeys> gateway_keys{};  // where some roles are in other processes
    std::optional<http::TlsCertificates> tls{};       // of a gateway that speaks HTTPS
    auth::AuthFiles files{};                          // of the auth role
    WorkerPool large_bodies;                          // of requests: reading and checking them
};

}  // namespace mindspace::app
