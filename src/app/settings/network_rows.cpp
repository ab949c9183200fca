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
         .sentence = "Where the embedded servers, keys and mail files are kept; empty: /var/lib/mindspace for root, "
                     "otherwise ~/.local/share/mindspace."},

        {.key = "process.user",
         .member = &config.process.user,
         .sentence = "The account that the program and its embedded servers run as when root starts it; empty: "
                     "mindspace, which is made when it does not exist."},

        {.key = "http.address",
         .member = &config.http.address,
         .sentence = "Address of the public listener; 0.0.0.0 is every IPv4 address of the machine."},
        {.key = "http.port",
         .member = &config.http.port,
         .sentence = "Port of the public listener; 0 takes a free one."},
        {.key = "http.role_address",
         .member = &config.http.role_address,
         .sentence = "Address of the listeners of roles whose process has no gateway; beyond loopback they need "
                     "gateway.secret_file."},
    };
}

SettingRows port_rows(Config& config) {
    SettingRows rows;
    for (auto& role : config.roles)
        rows.push_back(
            {.key = fmt::format("http.{}_port", role.name),
             .member = &role.port,
             .sentence =
                 rows.empty()
                     ? fmt::format("Port of the {} role in a process without a gateway; 0 takes a free one.", role.name)
                     : fmt::format("The same of the {} role.", role.name)});
    return rows;
}

SettingRows listener_rows(Config& config) {
    return {
        {.key = "http.public_url",
         .member = &config.http.public_url,
         .sentence = "How clients reach the server, for links in mails; empty: http(s)://localhost:<http.port>."},
        {.key = "http.request_timeout_seconds",
         .member = &config.http.request_timeout,
         .bounds = {.min = 1, .max = 600},
         .sentence = "Deadline of a request from its last octet to its answer; then 504."},
        {.key = "http.idle_timeout_seconds",
         .member = &config.http.idle_timeout,
         .bounds = {.min = 1, .max = 3600},
         .sentence = "How long a kept-alive connection may be silent; longer than the proxy in front keeps it."},
        {.key = "http.header_timeout_seconds",
         .member = &config.http.header_timeout,
         .bounds = {.min = 1, .max = 120},
         .sentence = "How long a client may take to send the head of a request; then 408."},
        {.key = "http.body_timeout_seconds",
         .member = &config.http.body_timeout,
         .bounds = {.min = 1, .max = 600},
         .sentence = "How long a client may take to send the content of a request; then 408."},
        {.key = "http.max_connections",
         .member = &config.http.max_connections,
         .bounds = {.min = 1, .max = 1'000'000},
         .sentence = "Public connections open at once in this process, sockets included; the limit on open files "
                     "must allow them."},
        {.key = "http.max_connections_per_network",
         .member = &config.http.max_connections_per_network,
         .bounds = {.min = 1, .max = 1'000'000},
         .sentence = "Of these, those of one IPv4 address or IPv6 /64; for a trusted proxy, the sockets of each "
                     "client behind it."},
        {.key = "http.max_queue_delay_ms",
         .member = &config.http.max_queue_delay,
         .bounds = {.min = 4, .max = 60'000},
         .sentence = "How long requests may wait for the event loop and for PostgreSQL together; when they keep "
                     "waiting longer, what cannot be served in time gets 503."},
        {.key = "http.websocket_compression",
         .member = &config.http.websocket_compression,
         .sentence = "Whether WebSocket messages are packed (permessage-deflate) for clients that offer it: less "
                     "traffic for more CPU."},
        {.key = "http.cores",
         .member = &config.http.cores,
         .bounds = {.max = 1024},
         .sentence = "Event loops, each with a thread; 0: one for each core."},
        {.key = "http.drain_seconds",
         .member = &config.http.drain,
         .bounds = {.max = 3600},
         .sentence = "How long requests and sockets may go on after SIGTERM."},
        {.key = "http.trusted_proxies",
         .member = &config.http.trusted_proxies,
         .sentence = "Networks of the proxies in front, as CIDR; only from them is the field below believed."},
        {.key = "http.forwarded_header",
         .member = config::Choice(config.http.forwarded_header),
         .sentence = "The field in which those proxies say whom they forward for; the other one is ignored."},
        {.key = "http.proxy_protocol",
         .member = &config.http.proxy_protocol,
         .sentence = "Whether every connection of those proxies to http.port begins with a PROXY header (HAProxy, "
                     "version 1 or 2) that says whose it is."},

        {.key = "tls.certificate",
         .member = &config.tls.certificate,
         .sentence = "PEM file of the gateway's certificate with its intermediates; its port then speaks HTTPS. "
                     "Read again at SIGHUP, so process.user must be able to. Empty: plain HTTP."},
        {.key = "tls.key", .member = &config.tls.key, .sentence = "PEM file of the certificate's private key."},
    };
}

SettingRows node_rows(Config& config) {
    SettingRows rows;
    for (auto& role : config.roles)
        rows.push_back({.key = fmt::format("upstream.{}", role.name),
                        .member = &role.nodes,
                        .sentence = rows.empty() ? fmt::format("Where a gateway finds the {} role when it is not in "
                                                               "its process: http://host:port of each node.",
                                                               role.name)
                                                 : fmt::format("The same of the {} role.", role.name)});
    return rows;
}

SettingRows upstream_rows(Config& config) {
    return {
        {.key = "upstream.timeout_ms",
         .member = &config.upstream.timeout,
         .bounds = {.min = 10, .max = 600'000},
         .sentence = "How long another role may take to answer, all attempts together; then 504."},
        {.key = "upstream.connect_timeout_ms",
         .member = &config.upstream.connect_timeout,
         .bounds = {.min = 10, .max = 60'000},
         .sentence = "How long a connection to another role, or waiting for a free one, may take; then 503."},
        {.key = "upstream.max_connections",
         .member = &config.upstream.max_connections,
         .bounds = {.min = 1, .max = 100'000},
         .sentence = "Connections of each event loop to each node of another role; WebSockets do not count."},

        {.key = "gateway.secret_file",
         .member = &config.gateway.secret_file,
         .sentence = "File with the secret by which a gateway and roles in other processes know each other: a line "
                     "of at least 32 characters, the same everywhere, and a second one while it is replaced. "
                     "Empty: on loopback one that is made beside the default data directory."},

        {.key = "management.address",
         .member = &config.management.address,
         .sentence = "Address of the management listener (metrics); never make it public."},
        {.key = "management.port",
         .member = &config.management.port,
         .sentence = "Port of the management listener; 0 takes a free one."},
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
