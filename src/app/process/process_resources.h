#pragma once
// The process-wide resources of modules, in addition to those of each core (platform/module/core_resources.h).
// Constructed before the threads, immutable or thread-safe; outlives the modules.

#include "app/process/ports.h"
#include "app/process/tracing.h"
#include "app/settings/settings.h"
#include "platform/async/worker_pool.h"
#include "platform/base/secret.h"
#include "platform/http/access/gateway_keys.h"
#include "platform/http/server/tls_certificates.h"
#include "services/auth/module.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace mindspace::app {

struct ProcessResources {
    // Starts a thread. All arguments must outlive this object.
    ProcessResources(const Config& settings, const Roles& served, Ports& taken);

    const Config& config;
    const Roles& roles;
    Ports& ports;
    std::optional<Secret> secret{};                   // for roles that share one
    std::optional<http::GatewayKeys> gateway_keys{};  // if some roles are in other processes
    std::optional<http::TlsCertificates> tls{};       // for a gateway that serves HTTPS
    auth::AuthFiles files{};                          // for the auth role
    std::filesystem::path backup_status{};            // file, if the database is backed up; else empty
    std::unique_ptr<Tracing> tracing{};               // if spans are exported
    WorkerPool large_bodies;                          // for large requests: reads and validates them
};

}  // namespace mindspace::app
