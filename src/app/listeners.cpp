#include "app/listeners.h"

#include "app/operations/health_endpoints.h"
#include "platform/async/sleep.h"
#include "platform/base/version.h"
#include "platform/http/access/rate_limit.h"
#include "platform/telemetry/metrics/process_metrics.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace mindspace::app {

namespace {

constexpr std::size_t kWaitingCompressions = 256;
constexpr std::size_t kWaitingScrapes = 8;
// The time for gateways to notice that a role is stopping: they send health checks every second.
constexpr Milliseconds kGatewaysNotice{1'500};

void append(http::Endpoints& to, http::Endpoints from) {
    std::ranges::move(from, std::back_inserter(to));
}

http::RateLimits make_rate_limits(const RateLimitSettings& settings) {
    auto policy = [&](std::string_view name, std::uint32_t calls) {
        return limits::Policy(name, settings.scale * calls, Seconds(60));
    };
    return {.auth = policy("auth", settings.auth),
            .read = policy("read", settings.read),
            .write = policy("write", settings.write),
            .socket = policy("socket", settings.socket),
            .import = policy("import", settings.import)};
}

http::ServerOptions common_options(const HttpSettings& http) {
    const auto cores = core_count(http);
    http::ServerOptions options{.max_connections = http.max_connections / cores + 1,
                                .header_timeout = http.header_timeout,
                                .body_timeout = http.body_timeout,
                                .idle_timeout = http.idle_timeout,
                                .request_timeout = http.request_timeout,
                                .compresses_websockets = http.websocket_compression};
    options.max_connections_per_network = http.max_connections_per_network / cores + 1;
    return options;
}

http::ServerOptions public_options(const ProcessResources& process) {
    auto options = common_options(process.config.http);
    options.proxies = make_proxy_trust(process.config.http);
    options.expects_proxy_header = process.config.http.proxy_protocol;
    options.paces_refused = true;
    if (process.tls) options.tls = &*process.tls;
    return options;
}

// A role behind a gateway must not be the first to reject requests: the gateway has already limited them, and rejects
// them with its own responses.
http::ServerOptions role_options(const HttpSettings& http) {
    constexpr auto kUnbounded = std::numeric_limits<std::size_t>::max();
    auto options = common_options(http);
    options.max_connections_per_network = options.max_unread_per_network = kUnbounded;
    options.limits.max_headers += 8;  // gateways add some header fields
    options.limits.max_head_bytes += 1024;
    options.body_timeout += Seconds(5);
    options.drain_grace = kGatewaysNotice;
    return options;
}

http::OverloadControl::DatabaseDelay delay_of(postgres::Client& database) {
    return [&database](http::Queue queue, std::size_t ahead, postgres::Client::TimePoint now) {
        using enum postgres::Client::Use;
        return database.delay(queue == http::Queue::reads ? read : write, ahead, now);
    };
}

struct MetricsFields {
    telemetry::Page::Format format;

    static MetricsFields of(const http::RequestHead& head) {
        return {.format = telemetry::Page::accepted(head.find("accept").value_or(""))};
    }
};

http::Response make_metrics_page(const Cores& cores, telemetry::Page::Format format) {
    telemetry::Page page(format);
    page.gauge("mindspace_build_info", "1, with the running version.", 1, {{"version", std::string(kVersion)}});
    telemetry::collect_process(page);
    cores.collect(page);
    return {.content_type = page.content_type(), .body = page.text()};
}

// It has thousands of lines: made on a thread, so that a scrape delays no request.
Awaitable<Result<http::Response>> show_metrics(WorkerPool* scrapes, const Cores* cores,
                                               telemetry::Page::Format format) {
    co_return co_await scrapes->run([cores, format] { return make_metrics_page(*cores, format); });
}

}  // namespace

ListenersShared::ListenersShared(ProcessResources& resources, const Cores& all, std::vector<ServedRole> served)
    : process(resources),
      cores(all),
      roles(std::move(served)),
      rate_limits(make_rate_limits(resources.config.rate_limit)),
      cors(resources.config.cors.origins),
      compression("compression", 1, kWaitingCompressions) {}

ListenersCore::ListenersCore(const CoreResources& core, ListenersShared& shared)
    : core_(core),
      shared_(shared),
      overload_(core.loop, shared.process.config.http.max_queue_delay, delay_of(core.database)),
      tasks_(core.loop) {
    const auto& process = shared.process;
    const auto& http = process.config.http;
    if (process.secret) idempotency_.emplace(core.loop, core.database, *process.secret, http.request_timeout);
    http::Endpoints all;
    for (const auto& [role, module] : shared.roles) {
        auto endpoints = module->cores.at(core.index)->endpoints();
        if (has_gateway(process.roles))
            append(all, std::move(endpoints));
        else
            listen(*role, role_options(http), std::move(endpoints));
    }
    if (has_gateway(process.roles)) listen(role_table().front(), public_options(process), std::move(all));
}

void ListenersCore::listen(const Role& role, const http::ServerOptions& options, http::Endpoints endpoints) {
    append(endpoints, health_endpoints().serve(*this));
    auto& server = servers_.emplace_back(core_.loop, options, std::move(endpoints), middleware(role));
    server.bind(shared_.process.ports.of(role));
}

http::MiddlewareParts ListenersCore::middleware(const Role& role) {
    http::MiddlewareParts middleware{.access = core_.access,
                                     .idempotency = idempotency_ ? &*idempotency_ : nullptr,
                                     .compression = &shared_.compression,
                                     .large_bodies = &shared_.process.large_bodies,
                                     .access_log = shared_.process.config.log.access ? &access_log_ : nullptr,
                                     .overload = &overload_,
                                     .tracer = core_.tracer};
    if (role.is_gateway()) {
        middleware.limiter = &core_.limiter;
        middleware.limits = &shared_.rate_limits;
        middleware.cors = &shared_.cors;
        if (shared_.process.config.http.public_url.starts_with("https:")) middleware.scheme = "https";
    } else {
        // Gateways have already applied the rate limits, and state the client on whose behalf they call. Unsigned
        // requests are rejected.
        middleware.gateway = &shared_.process.gateway_keys.value();
    }
    return middleware;
}

void ListenersCore::start() {
    tasks_.spawn(flush_access_log());
    for (auto& server : servers_) server.start();
}

void ListenersCore::drain(Milliseconds window) {
    shared_.is_draining = true;
    for (auto& server : servers_) server.drain(window);
}

bool ListenersCore::is_idle() const {
    return std::ranges::all_of(servers_, &http::Server::is_idle);
}

void ListenersCore::stop() {
    for (auto& server : servers_) server.stop();
    overload_.stop();
    tasks_.cancel();
}

// Redis may be unavailable: everything still works, so a node is not taken out of service for it.
Health ListenersCore::health() const {
    Health health;
    for (const auto& module : shared_.cores.modules()) module.module->report_health(health);
    health.checks["redis"] = core_.redis.is_up() ? "ok" : "degraded";
    return health;
}

Awaitable<> ListenersCore::flush_access_log() {
    while (true) {
        access_log_.flush();
        co_await sleep_for(Seconds(1));
    }
}

Listeners::Listeners(ProcessResources& process, const Cores& cores, std::vector<ServedRole> roles)
    : shared_(process, cores, std::move(roles)), scrapes_("metrics", 1, kWaitingScrapes) {}

ModuleCore* Listeners::add_core(const CoreResources& core) {
    auto& added = cores_.emplace_back(std::make_unique<ListenersCore>(core, shared_));
    if (!management_) open_management(core);
    return added.get();
}

void Listeners::open_management(const CoreResources& core) {
    auto endpoints = health_endpoints().serve(*cores_.front());
    endpoints.push_back(metrics_endpoint());
    for (const auto& module : shared_.cores.modules()) append(endpoints, module.module->management_endpoints());
    management_ =
        std::make_unique<http::Server>(core.loop, http::ServerOptions{}, std::move(endpoints), http::MiddlewareParts{});
    management_->bind(shared_.process.ports.management());
}

http::Endpoint Listeners::metrics_endpoint() {
    return http::endpoint({.method = http::Method::get,
                           .path = "/metrics",
                           .access = http::Access::anyone,
                           .summary = "Get metrics in the Prometheus format.",
                           .limit = http::LimitClass::none,
                           .cached = true,
                           .hidden = true},
                          [this](http::Call<http::None, http::None, MetricsFields> call) {
                              return show_metrics(&scrapes_, &shared_.cores, call.fields.format);
                          });
}

void Listeners::report_health(Health& health) const {
    health.is_ready = health.is_ready && !shared_.is_draining;
    health.checks["draining"] = shared_.is_draining ? "failing" : "ok";
}

void Listeners::collect(telemetry::Page& page) const {
    std::vector<const http::CoreMetrics*> metrics;
    for (const auto& core : cores_)
        for (const auto& server : core->servers()) metrics.push_back(&server.metrics());
    http::collect(metrics, page);
    std::vector<const http::OverloadControl*> overload;
    for (const auto& core : cores_) overload.push_back(&core->overload());
    http::collect(overload, page);
    shared_.process.large_bodies.collect(page);
    shared_.compression.collect(page);
    if (shared_.process.tracing) shared_.process.tracing->collect(page);
}

}  // namespace mindspace::app
