#include "app/settings/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mindspace::app {

namespace {

SettingRows process_rows(Config& config) {
    return {
        {.key = "data_dir",
         .member = &config.data_dir,
         .sentence = "Directory of the embedded servers, keys and mail files; empty: /var/lib/mindspace for root, "
                     "otherwise ~/.local/share/mindspace."},

        {.key = "process.user",
         .member = &config.process.user,
         .sentence = "Account that the program and its embedded servers run as when started by root; empty: mindspace, "
                     "which is created if it does not exist."},

        {.key = "http.address",
         .member = &config.http.address,
         .sentence = "Address of the public listener; 0.0.0.0 means every IPv4 address of the machine."},
        {.key = "http.port",
         .member = &config.http.port,
         .sentence = "Port of the public listener; 0 chooses a free one."},
        {.key = "http.role_address",
         .member = &config.http.role_address,
         .sentence = "Address of the listeners of roles in a process without a gateway; beyond loopback they need "
                     "gateway.secret_file."},
    };
}

SettingRows port_rows(Config& config) {
    SettingRows rows;
    for (auto& role : config.roles)
        rows.push_back(
            {.key = fmt::format("http.{}_port", role.name),
             .member = &role.port,
             .sentence = rows.empty()
                             ? fmt::format("Port of the {} role in a process without a gateway; 0 chooses a free one.",
                                           role.name)
                             : fmt::format("The same for the {} role.", role.name)});
    return rows;
}

SettingRows listener_rows(Config& config) {
    return {
        {.key = "http.public_url",
         .member = &config.http.public_url,
         .sentence = "Base URL under which clients reach the server, for links in mails; empty: "
                     "http(s)://localhost:<http.port>."},
        {.key = "http.request_timeout_seconds",
         .member = &config.http.request_timeout,
         .bounds = {.min = 1, .max = 600},
         .sentence = "Deadline from the last byte of a request to its response; then 504."},
        {.key = "http.idle_timeout_seconds",
         .member = &config.http.idle_timeout,
         .bounds = {.min = 1, .max = 3600},
         .sentence = "How long an idle keep-alive connection stays open; must be longer than in the proxy in front."},
        {.key = "http.header_timeout_seconds",
         .member = &config.http.header_timeout,
         .bounds = {.min = 1, .max = 120},
         .sentence = "Deadline for a client to send the head of a request; then 408."},
        {.key = "http.body_timeout_seconds",
         .member = &config.http.body_timeout,
         .bounds = {.min = 1, .max = 600},
         .sentence = "Deadline for a client to send the content of a request; then 408."},
        {.key = "http.max_connections",
         .member = &config.http.max_connections,
         .bounds = {.min = 1, .max = 1'000'000},
         .sentence = "Maximum of open public connections of this process, sockets included; the limit on open files "
                     "must allow them."},
        {.key = "http.max_connections_per_network",
         .member = &config.http.max_connections_per_network,
         .bounds = {.min = 1, .max = 1'000'000},
         .sentence = "Maximum of these per IPv4 address or IPv6 /64; for a trusted proxy, of the sockets of each "
                     "client behind it."},
        {.key = "http.max_queue_delay_ms",
         .member = &config.http.max_queue_delay,
         .bounds = {.min = 4, .max = 60'000},
         .sentence = "How long requests may wait for the event loop and PostgreSQL together; while they wait longer, "
                     "requests that cannot be served in time get 503."},
        {.key = "http.websocket_compression",
         .member = &config.http.websocket_compression,
         .sentence = "Whether WebSocket messages are compressed (permessage-deflate) for clients that offer it: less "
                     "traffic for more CPU."},
        {.key = "http.cores",
         .member = &config.http.cores,
         .bounds = {.max = 1024},
         .sentence = "Number of event loops, each with a thread; 0: one per core."},
        {.key = "http.drain_seconds",
         .member = &config.http.drain,
         .bounds = {.max = 3600},
         .sentence = "How long running requests and sockets may continue after SIGTERM."},
        {.key = "http.trusted_proxies",
         .member = &config.http.trusted_proxies,
         .sentence = "Networks of trusted proxies, as CIDR; the field below is accepted only from them."},
        {.key = "http.forwarded_header",
         .member = config::Choice(config.http.forwarded_header),
         .sentence = "Header field with which these proxies forward the client address; the other one is ignored."},
        {.key = "http.proxy_protocol",
         .member = &config.http.proxy_protocol,
         .sentence = "Whether every connection from these proxies to http.port begins with a PROXY header (HAProxy, "
                     "version 1 or 2) with the client address."},

        {.key = "tls.certificate",
         .member = &config.tls.certificate,
         .sentence = "PEM file of the gateway's certificate with its intermediates; its port then serves HTTPS. Read "
                     "again at SIGHUP, so process.user must be able to read it. Empty: plain HTTP."},
        {.key = "tls.key", .member = &config.tls.key, .sentence = "PEM file of the certificate's private key."},
    };
}

SettingRows node_rows(Config& config) {
    SettingRows rows;
    for (auto& role : config.roles)
        rows.push_back(
            {.key = fmt::format("upstream.{}", role.name),
             .member = &role.nodes,
             .sentence =
                 rows.empty()
                     ? fmt::format(
                           "Addresses of the {} role when it runs in other processes: http://host:port of each node.",
                           role.name)
                     : fmt::format("The same for the {} role.", role.name)});
    return rows;
}

SettingRows upstream_rows(Config& config) {
    return {
        {.key = "upstream.timeout_ms",
         .member = &config.upstream.timeout,
         .bounds = {.min = 10, .max = 600'000},
         .sentence = "Deadline for the response of another role, all attempts together; then 504."},
        {.key = "upstream.connect_timeout_ms",
         .member = &config.upstream.connect_timeout,
         .bounds = {.min = 10, .max = 60'000},
         .sentence = "Deadline for a connection to another role, or for a free one in the pool; then 503."},
        {.key = "upstream.max_connections",
         .member = &config.upstream.max_connections,
         .bounds = {.min = 1, .max = 100'000},
         .sentence = "Maximum of connections per event loop to each node of another role, without WebSockets."},

        {.key = "gateway.secret_file",
         .member = &config.gateway.secret_file,
         .sentence = "File with the secret that authenticates a gateway and roles in other processes to each other: a "
                     "line of at least 32 characters, the same everywhere, and a second line while it is replaced. "
                     "Empty: on loopback a secret that is created next to the default data directory."},

        {.key = "management.address",
         .member = &config.management.address,
         .sentence = "Address of the management listener (metrics); never make it public."},
        {.key = "management.port",
         .member = &config.management.port,
         .sentence = "Port of the management listener; 0 chooses a free one."},
    };
}

}  // namespace

SettingRows network_rows(Config& config) {
    SettingRows rows;
    for (auto make : {&process_rows, &port_rows, &listener_rows, &node_rows, &upstream_rows})
        std::ranges::move(make(config), std::back_inserter(rows));
    return rows;
}

}  // namespace mindspace::app
