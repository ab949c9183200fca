#pragma once
// The settings of Mind Space: plain structs that the program reads, and the rows (settings.cpp) that fill them.
// Made once by main; the composition root passes each part on by value.

#include "platform/config/config.h"
#include "platform/events/broker/transport.h"
#include "platform/http/server/client_address.h"
#include "platform/mail/smtp_sender.h"
#include "platform/postgres/connection/link.h"
#include "platform/telemetry/log/log.h"

namespace mindspace::app {

struct ProcessSettings {
    std::string user;
};

struct HttpSettings {
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;
    std::string role_address = "127.0.0.1";
    std::uint16_t auth_port = 3001;
    std::uint16_t user_port = 3002;
    std::uint16_t meditation_port = 3003;
    std::uint16_t analytics_port = 3004;
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

struct UpstreamSettings {
    std::vector<std::string> auth{"http://127.0.0.1:3001"};
    std::vector<std::string> user{"http://127.0.0.1:3002"};
    std::vector<std::string> meditation{"http://127.0.0.1:3003"};
    std::vector<std::string> analytics{"http://127.0.0.1:3004"};
    Milliseconds timeout{20'000};
    Milliseconds connect_timeout{500};
    std::uint32_t max_connections = 256;
};

// Between a gateway and the roles of other processes.
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

struct RedisSettings {
    std::string url;
    Milliseconds command_timeout{1000};
};

struct EventSettings {
    events::Transport transport = events::Transport::postgres;
};

struct RabbitmqSettings {
    std::string url;
};

struct KafkaSettings {
    std::string url;
};

struct AuthSettings {
    std::string secret_file;
    std::string issuer;
    Seconds access_token_ttl{900};
    Seconds refresh_token_ttl{604'800};
    std::uint32_t max_login_sessions = 50;
    Seconds login_session_lifetime{15'552'000};
    Seconds address_retention{7'776'000};
    std::uint32_t token_cache = 50'000;
    std::uint32_t argon2_memory_kib = 19'456;
    std::uint32_t argon2_passes = 2;
    std::uint32_t hash_threads = 0;
    std::uint32_t hash_queue = 64;
};

struct MailSettings {
    std::string url;
    std::string username;
    std::string password;
    std::string from;
    mail::StartTls starttls = mail::StartTls::required;
    std::string ca_file;
};

// Calls a minute.
struct RateLimitSettings {
    double scale = 1.0;
    std::uint32_t auth = 300;
    std::uint32_t read = 600;
    std::uint32_t write = 300;
    std::uint32_t socket = 120;
    std::uint32_t import = 20;
    std::uint32_t mails_per_minute = 1;  // of a kind to one address
    std::uint32_t mails_per_hour = 5;
    std::uint32_t mails_per_day = 10;
};

struct UserSettings {
    std::uint32_t profile_cache = 20'000;
};

struct GroupSettings {
    std::uint32_t per_host = 20;
    std::uint32_t sockets_per_user = 10;
};

struct AnalyticsSettings {
    Milliseconds refresh_interval{500};
    Seconds verify_interval{3600};
};

struct CorsSettings {
    std::vector<std::string> origins;
};

struct LogSettings {
    log::LogOptions options;
    bool access = true;
};

struct Config {
    std::string data_dir;
    ProcessSettings process;
    HttpSettings http;
    TlsSettings tls;
    UpstreamSettings upstream;
    GatewaySettings gateway;
    ManagementSettings management;
    DatabaseSettings database;
    RedisSettings redis;
    EventSettings events;
    RabbitmqSettings rabbitmq;
    KafkaSettings kafka;
    AuthSettings auth;
    MailSettings mail;
    RateLimitSettings rate_limit;
    UserSettings user;
    GroupSettings groups;
    AnalyticsSettings analytics;
    CorsSettings cors;
    LogSettings log;
};

// The rows, bound to `config`, which holds the defaults and must outlive what is returned.
config::Configuration bind_settings(Config& config);

// The places besides --config and MINDSPACE_CONFIG where the file is looked for.
std::vector<std::filesystem::path> default_config_files();

// The networks of http.trusted_proxies. Throws ConfigError for one that is none.
http::ProxyTrust make_proxy_trust(const HttpSettings& http);

// Fills in what follows from other settings: http.public_url, auth.issuer, mail.from. After loading. Throws ConfigError
// if they cannot be right.
void derive_settings(Config& config);

}  // namespace mindspace::app
