#pragma once
// The settings of Mind Space: plain structs that the program reads, some of them defined by services, and the rows
// (rows.h) that fill them. Constructed once by main; the composition root passes each part on by value.

#include "platform/config/config.h"
#include "platform/events/pipeline.h"
#include "platform/http/server/client_address.h"
#include "platform/postgres/connection/connection.h"
#include "platform/telemetry/log/log.h"
#include "platform/telemetry/trace/collector.h"
#include "platform/telemetry/trace/tracer.h"
#include "services/analytics/settings.h"
#include "services/auth/settings.h"
#include "services/gateway/node_status.h"
#include "services/meditation/settings.h"
#include "services/user/settings.h"

namespace mindspace::app {

struct ProcessSettings {
    std::string user;
};

struct HttpSettings {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;
    std::string role_address = "127.0.0.1";
    std::string public_url;
    Seconds request_timeout{30};
    Seconds idle_timeout{75};
    Seconds header_timeout{10};
    Seconds body_timeout{30};
    std::uint32_t max_connections = 15'000;
    std::uint32_t max_connections_per_network = 5'000;
    Milliseconds max_queue_delay{400};
    bool websocket_compression = false;
    std::uint32_t cores = 0;
    Seconds drain{10};
    std::vector<std::string> trusted_proxies{"127.0.0.0/8", "::1"};
    http::ForwardedField forwarded_header = http::ForwardedField::x_forwarded_for;
    bool proxy_protocol = false;
};

// A role other than the gateway.
struct RoleSettings {
    std::string_view name;
    std::uint16_t port;              // the port if no gateway is in its process
    std::vector<std::string> nodes;  // its addresses for a gateway in another process
};

// The defaults from the role table (app/roles.h).
std::vector<RoleSettings> default_role_settings();

// The connections between a gateway and the roles of other processes.
struct GatewaySettings {
    std::string secret_file;
};

struct TlsSettings {
    std::string certificate;
    std::string key;

    [[nodiscard]] bool is_on() const { return !certificate.empty(); }
};

struct ManagementSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 9464;
};

struct DatabaseSettings {
    std::string url;
    postgres::Pooling pooling = postgres::Pooling::none;
    std::string direct_url;
    std::vector<std::string> replica_urls;
    Milliseconds replica_max_lag{500};
    std::uint32_t connections_per_core = 4;
    Milliseconds query_timeout{5000};
    Seconds start_timeout{30};
};

struct BackupSettings {
    bool enabled = true;
    std::string directory;
    std::string key_file;
    std::uint32_t days = 7;
    std::string config_file;
    std::string stanza = "mindspace";
};

struct RedisSettings {
    std::string url;
    Milliseconds command_timeout{1000};
};

// Calls per minute.
struct RateLimitSettings {
    double scale = 1.0;
    std::uint32_t auth = 300;
    std::uint32_t read = 600;
    std::uint32_t write = 300;
    std::uint32_t socket = 120;
    std::uint32_t import = 20;
};

struct CorsSettings {
    std::vector<std::string> origins;
};

struct LogSettings {
    log::LogOptions options;
    bool access = true;
};

struct TraceSettings {
    telemetry::CollectorOptions collector;
    telemetry::TracerOptions tracer;

    [[nodiscard]] bool is_on() const { return !collector.url.empty(); }
};

struct Config {
    std::string data_dir;
    ProcessSettings process;
    HttpSettings http;
    TlsSettings tls;
    std::vector<RoleSettings> roles = default_role_settings();
    gateway::UpstreamOptions upstream;
    GatewaySettings gateway;
    ManagementSettings management;
    DatabaseSettings database;
    RedisSettings redis;
    BackupSettings backup;
    events::TransportSettings events;
    std::string secret_file;
    auth::AuthSettings auth;
    RateLimitSettings rate_limit;
    user::UserSettings user;
    meditation::MeditationSettings meditation;
    analytics::AnalyticsSettings analytics;
    CorsSettings cors;
    LogSettings log;
    TraceSettings traces;

    // The settings of a role other than the gateway.
    [[nodiscard]] const RoleSettings& of(std::string_view role) const;
};

// Returns the rows, bound to `config`, which holds the defaults and must outlive the result.
config::Configuration bind_settings(Config& config);

// The paths where the file is looked for without --config and MINDSPACE_CONFIG.
std::vector<std::filesystem::path> default_config_files();

// The networks of http.trusted_proxies. Throws ConfigError for an invalid one.
http::ProxyTrust make_proxy_trust(const HttpSettings& http);

// Sets the values that are derived from other settings: http.public_url, auth.issuer, mail.from, and values of
// services. Called after loading. Throws ConfigError if they cannot be valid.
void derive_settings(Config& config);

}  // namespace mindspace::app
