#include "app/settings/settings.h"

#include "app/roles.h"
#include "app/settings/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace mindspace::app {

std::vector<RoleSettings> default_role_settings() {
    std::vector<RoleSettings> settings;
    for (const auto& role : role_table())
        if (!role.is_gateway())
            settings.push_back({.name = role.name,
                                .port = role.default_port,
                                .nodes = {fmt::format("http://127.0.0.1:{}", role.default_port)}});
    return settings;
}

const RoleSettings& Config::of(std::string_view role) const {
    return *std::ranges::find(roles, role, &RoleSettings::name);
}

config::Configuration bind_settings(Config& config) {
    SettingRows rows;
    for (auto make : {&network_rows, &backend_rows, &service_rows})
        std::ranges::move(make(config), std::back_inserter(rows));
    return {"mindspace", std::move(rows)};
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

void derive_mail_settings(auth::MailSettings& mail, std::string_view public_url) {
    if (mail.from.empty()) {
        auto host = public_url.substr(public_url.find("://") + 3);
        host = host.substr(0, host.find_first_of(":/"));
        mail.from = fmt::format("Mind Space <no-reply@{}>", host.starts_with('[') ? "localhost" : host);
    }
    if (!mail::Mailbox::parse(mail.from)) {
        throw config::ConfigError(
            {fmt::format("mail.from must be an address or \"name <address>\", not {}", mail.from)});
    }
    if (!mail.server.url.empty() && !mail.server.url.starts_with("smtp://") &&
        !mail.server.url.starts_with("smtps://")) {
        throw config::ConfigError({"mail.url must begin with smtp:// or smtps://"});
    }
}

void check_trace_settings(const TraceSettings& traces) {
    const auto& url = traces.collector.url;
    if (traces.is_on() && !url.starts_with("http://") && !url.starts_with("https://"))
        throw config::ConfigError({"traces.url must begin with http:// or https://"});
    for (const auto& header : traces.collector.headers)
        if (header.find(':') == std::string::npos || header.find_first_of("\r\n") != std::string::npos)
            throw config::ConfigError({"traces.headers must be of the form Name: value"});
}

// Sets the values of services that are derived from shared settings.
void fill_service_settings(Config& config) {
    const auto& url = config.http.public_url;
    config.auth.limit_scale = config.rate_limit.scale;
    config.auth.mail.public_url = url;
    config.auth.browser = {.public_url = url, .allowed_origins = config.cors.origins};
    config.meditation.live.public_url = url;
    config.meditation.live.allowed_origins = config.cors.origins;
    config.meditation.live.limit_scale = config.rate_limit.scale;
    config.events.source = url;
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
    if (config.auth.access.issuer.empty()) config.auth.access.issuer = url;
    derive_mail_settings(config.auth.mail, url);
    check_trace_settings(config.traces);
    if (config.database.pooling != postgres::Pooling::none && config.database.direct_url.empty())
        throw config::ConfigError(
            {"database.pooling needs database.direct_url: locks and notifications do not work "
             "through a pool of transactions"});
    if (auto checked = events::check(config.events); !checked) throw config::ConfigError({checked.error().detail});
    fill_service_settings(config);
}

}  // namespace mindspace::app
