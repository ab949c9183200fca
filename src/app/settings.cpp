#include "app/settings.h"

#include <fmt/format.h>

namespace mindspace::app {

config::Configuration bind_settings(Config& config) {
    auto& [data_dir, process, http, tls, upstream, gateway, management, database, redis, events, rabbitmq, kafka, auth,
           mail, rate_limit, user, groups, analytics, cors, log] = config;
    return {
        "mindspace",
        {
            {.key = "data_dir",
             .member = &data_dir,
             .sentence =
                 "Where the embedded servers, keys and mail files are kept; empty: /var/lib/mindspace for root, "
                 "otherwise ~/.local/share/mindspace."},

            {.key = "process.user",
             .member = &process.user,
             .sentence = "The account that the program and its embedded servers run as when root starts it; empty: "
                         "mindspace, which is made when it does not exist."},

            {.key = "http.address",
             .member = &http.address,
             .sentence = "Address of the public listener; 0.0.0.0 is every IPv4 address of the machine."},
            {.key = "http.port", .member = &http.port, .sentence = "Port of the public listener; 0 takes a free one."},
            {.key = "http.role_address",
             .member = &http.role_address,
             .sentence = "Address of the listeners of roles whose process has no gateway; beyond loopback they need "
                         "gateway.secret_file."},
            {.key = "http.auth_port",
             .member = &http.auth_port,
             .sentence = "Port of the auth role in a process without a gateway; 0 takes a free one."},
            {.key = "http.user_port", .member = &http.user_port, .sentence = "The same of the user role."},
            {.key = "http.meditation_port",
             .member = &http.meditation_port,
             .sentence = "The same of the meditation role."},
            {.key = "http.analytics_port",
             .member = &http.analytics_port,
             .sentence = "The same of the analytics role."},
            {.key = "http.public_url",
             .member = &http.public_url,
             .sentence = "How clients reach the server, for links in mails; empty: http(s)://localhost:<http.port>."},
            {.key = "http.request_timeout_seconds",
             .member = &http.request_timeout,
             .bounds = {.min = 1, .max = 600},
             .sentence = "Deadline of a request from its last octet to its answer; then 504."},
            {.key = "http.idle_timeout_seconds",
             .member = &http.idle_timeout,
             .bounds = {.min = 1, .max = 3600},
             .sentence = "How long a kept-alive connection may be silent; longer than the proxy in front keeps it."},
            {.key = "http.header_timeout_seconds",
             .member = &http.header_timeout,
             .bounds = {.min = 1, .max = 120},
             .sentence = "How long a client may take to send the head of a request; then 408."},
            {.key = "http.body_timeout_seconds",
             .member = &http.body_timeout,
             .bounds = {.min = 1, .max = 600},
             .sentence = "How long a client may take to send the content of a request; then 408."},
            {.key = "http.max_connections",
             .member = &http.max_connections,
             .bounds = {.min = 1, .max = 1'000'000},
             .sentence = "Public connections open at once in this process, sockets included; the limit on open files "
                         "must allow them."},
            {.key = "http.max_connections_per_network",
             .member = &http.max_connections_per_network,
             .bounds = {.min = 1, .max = 1'000'000},
             .sentence = "Of these, those of one IPv4 address or IPv6 /64; for a trusted proxy, the sockets of each "
                         "client behind it."},
            {.key = "http.max_queue_delay_ms",
             .member = &http.max_queue_delay,
             .bounds = {.min = 4, .max = 60'000},
             .sentence = "How long requests may wait for the event loop and for PostgreSQL together; when they keep "
                         "waiting longer, what cannot be served in time gets 503."},
            {.key = "http.websocket_compression",
             .member = &http.websocket_compression,
             .sentence = "Whether WebSocket messages are packed (permessage-deflate) for clients that offer it: less "
                         "traffic for more CPU."},
            {.key = "http.cores",
             .member = &http.cores,
             .bounds = {.max = 1024},
             .sentence = "Event loops, each with a thread; 0: one for each core."},
            {.key = "http.drain_seconds",
             .member = &http.drain,
             .bounds = {.max = 3600},
             .sentence = "How long requests and sockets may go on after SIGTERM."},
            {.key = "http.trusted_proxies",
             .member = &http.trusted_proxies,
             .sentence = "Networks of the proxies in front, as CIDR; only from them is the field below believed."},
            {.key = "http.forwarded_header",
             .member = config::Choice(http.forwarded_header),
             .sentence = "The field in which those proxies say whom they forward for; the other one is ignored."},
            {.key = "http.proxy_protocol",
             .member = &http.proxy_protocol,
             .sentence = "Whether every connection of those proxies to http.port begins with a PROXY header (HAProxy, "
                         "version 1 or 2) that says whose it is."},

            {.key = "tls.certificate",
             .member = &tls.certificate,
             .sentence = "PEM file of the gateway's certificate with its intermediates; its port then speaks HTTPS. "
                         "Read again at SIGHUP, so process.user must be able to. Empty: plain HTTP."},
            {.key = "tls.key", .member = &tls.key, .sentence = "PEM file of the certificate's private key."},

            {.key = "upstream.auth",
             .member = &upstream.auth,
             .sentence = "Where a gateway finds the auth role when it is not in its process: http://host:port of each "
                         "node."},
            {.key = "upstream.user", .member = &upstream.user, .sentence = "The same of the user role."},
            {.key = "upstream.meditation",
             .member = &upstream.meditation,
             .sentence = "The same of the meditation role."},
            {.key = "upstream.analytics", .member = &upstream.analytics, .sentence = "The same of the analytics role."},
            {.key = "upstream.timeout_ms",
             .member = &upstream.timeout,
             .bounds = {.min = 10, .max = 600'000},
             .sentence = "How long another role may take to answer, all attempts together; then 504."},
            {.key = "upstream.connect_timeout_ms",
             .member = &upstream.connect_timeout,
             .bounds = {.min = 10, .max = 60'000},
             .sentence = "How long a connection to another role, or waiting for a free one, may take; then 503."},
            {.key = "upstream.max_connections",
             .member = &upstream.max_connections,
             .bounds = {.min = 1, .max = 100'000},
             .sentence = "Connections of each event loop to each node of another role; WebSockets do not count."},

            {.key = "gateway.secret_file",
             .member = &gateway.secret_file,
             .sentence = "File with the secret by which a gateway and roles in other processes know each other: a line "
                         "of at least 32 characters, the same everywhere, and a second one while it is replaced. "
                         "Empty: on loopback one that is made beside the default data directory."},

            {.key = "management.address",
             .member = &management.address,
             .sentence = "Address of the management listener (metrics); never make it public."},
            {.key = "management.port",
             .member = &management.port,
             .sentence = "Port of the management listener; 0 takes a free one."},

            {.key = "database.url",
             .member = &database.url,
             .sentence = "PostgreSQL, as a libpq URI or connection string; empty: an embedded server.",
             .secret = true},
            {.key = "database.pooling",
             .member = config::Choice(database.pooling),
             .sentence =
                 "What database.url leads to: the server itself (none), or PgBouncer or its like in transaction "
                 "mode; statements are then sent without names."},
            {.key = "database.direct_url",
             .member = &database.direct_url,
             .sentence = "The server itself, behind such a pool: for migrations, locks and notifications; empty: "
                         "database.url.",
             .secret = true},
            {.key = "database.replica_urls",
             .member = &database.replica_urls,
             .sentence = "Hot standbys that may answer history and analytics; a user's own writes are always seen.",
             .secret = true},
            {.key = "database.replica_max_lag_ms",
             .member = &database.replica_max_lag,
             .bounds = {.min = 200, .max = 60'000},
             .sentence = "How far behind a replica may be; beyond, the primary answers."},
            {.key = "database.connections_per_core",
             .member = &database.connections_per_core,
             .bounds = {.min = 1, .max = 64},
             .sentence = "Connections to PostgreSQL of each event loop; requests share them by pipelining."},
            {.key = "database.query_timeout_ms",
             .member = &database.query_timeout,
             .bounds = {.min = 10, .max = 600'000},
             .sentence = "How long a statement may take; then 503."},
            {.key = "database.start_timeout_seconds",
             .member = &database.start_timeout,
             .bounds = {.min = 1, .max = 3600},
             .sentence = "How long the start waits for PostgreSQL."},

            {.key = "redis.url",
             .member = &redis.url,
             .sentence =
                 "Redis 7, as redis[s]://[user:password@]host:port[?ca=FILE] (rediss: TLS), "
                 "redis[s]+cluster://[user:password@]host:port,…[?ca=FILE] or the path of a Unix socket; empty: "
                 "an embedded server.",
             .secret = true},
            {.key = "redis.command_timeout_ms",
             .member = &redis.command_timeout,
             .bounds = {.min = 10, .max = 60'000},
             .sentence = "How long a command may take; then the request goes on without Redis."},

            {.key = "events.transport",
             .member = config::Choice(events.transport),
             .sentence = "How events reach the analytics: straight from the outbox in PostgreSQL, or by a broker."},
            {.key = "rabbitmq.url",
             .member = &rabbitmq.url,
             .sentence = "RabbitMQ 3.10 or newer, as amqp[s]://user:password@host[:port][,…][/vhost][?ca=FILE] (amqps: "
                         "TLS), for events.transport rabbitmq.",
             .secret = true},
            {.key = "kafka.url",
             .member = &kafka.url,
             .sentence = "Kafka, as kafka[s]://[user:password@]host[:port][,…][/topic][?ca=FILE][&sasl=MECHANISM] "
                         "(kafkas: TLS; topic mindspace.events; SCRAM-SHA-512), for events.transport kafka.",
             .secret = true},

            {.key = "auth.issuer",
             .member = &auth.issuer,
             .sentence = "The claim iss of access tokens; empty: http.public_url."},
            {.key = "auth.access_token_ttl_seconds",
             .member = &auth.access_token_ttl,
             .bounds = {.min = 10, .max = 86'400},
             .sentence = "How long an access token is valid."},
            {.key = "auth.refresh_token_ttl_seconds",
             .member = &auth.refresh_token_ttl,
             .bounds = {.min = 60, .max = 31'536'000},
             .sentence = "How long a refresh token is valid; each use gives a new one."},
            {.key = "auth.secret_file",
             .member = &auth.secret_file,
             .sentence =
                 "File of at least 32 random bytes that keyed hashes are made with; the same on every node. Made "
                 "when it is missing. Empty: keys/secret in the data directory; must be set where the roles auth "
                 "and meditation run apart."},
            {.key = "auth.max_login_sessions",
             .member = &auth.max_login_sessions,
             .bounds = {.min = 1, .max = 1000},
             .sentence = "Login sessions of one user that live at a time; one more ends the least recently used."},
            {.key = "auth.login_session_lifetime_seconds",
             .member = &auth.login_session_lifetime,
             .bounds = {.min = 60, .max = 315'360'000},
             .sentence = "How long a login session lives at most, however often it is refreshed."},
            {.key = "auth.address_retention_seconds",
             .member = &auth.address_retention,
             .bounds = {.min = 86'400, .max = 34'560'000},
             .sentence = "How long the audit log keeps the addresses and agents of who did something."},
            {.key = "auth.token_cache",
             .member = &auth.token_cache,
             .bounds = {.min = 1, .max = 10'000'000},
             .sentence = "Verified access tokens that each core remembers, some 600 bytes each."},
            {.key = "auth.argon2_memory_kib",
             .member = &auth.argon2_memory_kib,
             .bounds = {.min = 8, .max = 4'194'304},
             .unit = "KiB",
             .sentence = "Memory of one password hash (argon2id); 19456 with two passes is what OWASP asks for."},
            {.key = "auth.argon2_passes",
             .member = &auth.argon2_passes,
             .bounds = {.min = 1, .max = 100},
             .sentence = "Passes of one password hash over its memory."},
            {.key = "auth.hash_threads",
             .member = &auth.hash_threads,
             .bounds = {.max = 1024},
             .sentence = "Threads that hash passwords; 0: one for each core."},
            {.key = "auth.hash_queue",
             .member = &auth.hash_queue,
             .bounds = {.min = 1, .max = 100'000},
             .sentence = "Passwords that may wait to be hashed; above: 503."},

            {.key = "mail.url",
             .member = &mail.url,
             .sentence = "The SMTP server, as smtp://host:port or smtps://host:port (TLS from the start); empty: mails "
                         "become files in <data_dir>/mail.",
             .secret = true},
            {.key = "mail.username",
             .member = &mail.username,
             .sentence = "Who logs in to the SMTP server; empty: nobody."},
            {.key = "mail.password",
             .member = &mail.password,
             .sentence = "The password for the SMTP server.",
             .secret = true},
            {.key = "mail.from",
             .member = &mail.from,
             .sentence = "The sender of all mails, as address or name <address>; empty: Mind Space <no-reply@host of "
                         "http.public_url>."},
            {.key = "mail.starttls",
             .member = config::Choice(mail.starttls),
             .sentence = "Whether a server at smtp:// must encrypt; off sends passwords and links in the clear."},
            {.key = "mail.ca_file",
             .member = &mail.ca_file,
             .sentence = "PEM file of the authorities that the SMTP server's certificate is checked against; empty: "
                         "the system's."},

            {.key = "rate_limit.scale",
             .member = &rate_limit.scale,
             .bounds = {.min = 0.001, .max = 1'000'000},
             .sentence = "Multiplies every rate limit."},
            {.key = "rate_limit.auth",
             .member = &rate_limit.auth,
             .bounds = {.min = 1, .max = 1'000'000},
             .unit = "calls a minute",
             .sentence =
                 "Registrations, logins, refreshes and mailed tokens of one network: an IPv4 address or an IPv6 "
                 "/64."},
            {.key = "rate_limit.read",
             .member = &rate_limit.read,
             .bounds = {.min = 1, .max = 1'000'000},
             .unit = "calls a minute",
             .sentence = "Reads of one user, or of one network where nobody logs in."},
            {.key = "rate_limit.write",
             .member = &rate_limit.write,
             .bounds = {.min = 1, .max = 1'000'000},
             .unit = "calls a minute",
             .sentence = "Writes of one user."},
            {.key = "rate_limit.socket",
             .member = &rate_limit.socket,
             .bounds = {.min = 1, .max = 1'000'000},
             .unit = "calls a minute",
             .sentence = "Sockets opened from one network."},
            {.key = "rate_limit.import",
             .member = &rate_limit.import,
             .bounds = {.min = 1, .max = 1'000'000},
             .unit = "calls a minute",
             .sentence = "Imports of one user, of up to 500 sessions each."},
            {.key = "rate_limit.mails_per_minute",
             .member = &rate_limit.mails_per_minute,
             .bounds = {.min = 1, .max = 10'000},
             .unit = "mails",
             .sentence = "Mails of a kind to one address in a minute."},
            {.key = "rate_limit.mails_per_hour",
             .member = &rate_limit.mails_per_hour,
             .bounds = {.min = 1, .max = 10'000},
             .unit = "mails",
             .sentence = "Mails of a kind to one address in a hour."},
            {.key = "rate_limit.mails_per_day",
             .member = &rate_limit.mails_per_day,
             .bounds = {.min = 1, .max = 10'000},
             .unit = "mails",
             .sentence = "Mails of a kind to one address in a day."},

            {.key = "user.profile_cache",
             .member = &user.profile_cache,
             .bounds = {.min = 1, .max = 10'000'000},
             .sentence = "Profiles that each core keeps at hand, some 400 bytes each."},

            {.key = "groups.per_host",
             .member = &groups.per_host,
             .bounds = {.min = 1, .max = 1'000'000},
             .unit = "groups",
             .sentence = "Groups of one host that may be scheduled or running at a time; then 409 too_many_groups."},
            {.key = "groups.sockets_per_user",
             .member = &groups.sockets_per_user,
             .bounds = {.min = 1, .max = 10'000},
             .unit = "sockets",
             .sentence =
                 "Sockets of groups that a user may have open, on all nodes; one more closes the oldest (4429)."},

            {.key = "analytics.refresh_interval_ms",
             .member = &analytics.refresh_interval,
             .bounds = {.min = 100, .max = 86'400'000},
             .sentence = "How soon the figures of all users are refreshed after a change; longer when that takes more "
                         "than a tenth of the time."},
            {.key = "analytics.verify_interval_seconds",
             .member = &analytics.verify_interval,
             .bounds = {.min = 1, .max = 86'400},
             .sentence = "How often a sample of users is compared with their history."},

            {.key = "cors.origins",
             .member = &cors.origins,
             .sentence = "Foreign origins whose pages may call the API, such as https://app.example."},

            {.key = "log.level",
             .member = config::Choice(log.options.level),
             .sentence = "The least important events that are written."},
            {.key = "log.format",
             .member = config::Choice(log.options.format),
             .sentence = "How stdout looks; auto: text on a terminal, otherwise JSON."},
            {.key = "log.directory",
             .member = &log.options.directory,
             .sentence = "Where daily JSON files are kept for 30 days; empty: stdout only."},
            {.key = "log.access", .member = &log.access, .sentence = "Whether each request is written as a line."},
        },
    };
}

std::vector<std::filesystem::path> default_config_files() {
    return {"mindspace.toml", "/etc/mindspace/mindspace.toml"};
}

http::ProxyTrust make_proxy_trust(const HttpSettings& http) {
    auto trust = http::ProxyTrust::make(http.trusted_proxies, http.forwarded_header);
    if (!trust) throw config::ConfigError({"http.trusted_proxies: " + trust.error().detail});
    return std::move(*trust);
}

namespace {

void derive_mail_settings(MailSettings& mail, std::string_view public_url) {
    if (mail.from.empty()) {
        auto host = public_url.substr(public_url.find("://") + 3);
        host = host.substr(0, host.find_first_of(":/"));
        mail.from = fmt::format("Mind Space <no-reply@{}>", host.starts_with('[') ? "localhost" : host);
    }
    if (!mail::Mailbox::parse(mail.from)) {
        throw config::ConfigError(
            {fmt::format("mail.from must be an address or \"name <address>\", not {}", mail.from)});
    }
    if (!mail.url.empty() && !mail.url.starts_with("smtp://") && !mail.url.starts_with("smtps://")) {
        throw config::ConfigError({"mail.url must begin with smtp:// or smtps://"});
    }
}

void check_event_settings(const Config& config) {
    const auto transport = config.events.transport;
    if (transport == events::Transport::rabbitmq && config.rabbitmq.url.empty())
        throw config::ConfigError({"events.transport rabbitmq needs rabbitmq.url"});
    if (transport == events::Transport::kafka && config.kafka.url.empty())
        throw config::ConfigError({"events.transport kafka needs kafka.url"});
}

}  // namespace

void derive_settings(Config& config) {
    make_proxy_trust(config.http);
    auto& url = config.http.public_url;
    if (config.tls.certificate.empty() != config.tls.key.empty())
        throw config::ConfigError({"tls.certificate and tls.key are set together, or neither"});
    if (url.empty()) url = fmt::format("{}://localhost:{}", config.tls.is_on() ? "https" : "http", config.http.port);
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
        throw config::ConfigError({fmt::format("http.public_url must begin with http:// or https://, not {}", url)});
    }
    if (url.ends_with('/')) url.pop_back();  // paths are appended to it
    if (config.auth.issuer.empty()) config.auth.issuer = url;
    derive_mail_settings(config.mail, url);
    if (config.database.pooling != postgres::Pooling::none && config.database.direct_url.empty())
        throw config::ConfigError(
            {"database.pooling needs database.direct_url: locks and notifications do not work "
             "through a pool of transactions"});
    check_event_settings(config);
}

}  // namespace mindspace::app
