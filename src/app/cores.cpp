#include "app/cores.h"

#include "app/operations/connections.h"
#include "app/operations/endpoints.h"
#include "app/process/startup_error.h"
#include "app/version.h"
#include "platform/base/result.h"
#include "platform/http/api/openapi.h"
#include "services/gateway/proxy.h"
#include "services/meditation/rooms/state/protocol.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <atomic>
#include <limits>
#include <tuple>
#include <utility>

namespace mindspace::app {

using namespace std::chrono_literals;

namespace {

constexpr auto kStopLimit = std::chrono::seconds(5);
constexpr auto kConnectLimit = std::chrono::seconds(5);
constexpr Milliseconds kHangLimit{30'000};  // a core that does not come to a task by then
constexpr auto kIdlePoll = std::chrono::milliseconds(20);

http::ServerOptions common_options(const HttpSettings& http, std::size_t cores) {
    http::ServerOptions options{.max_connections = http.max_connections / cores + 1,
                                .header_timeout = http.header_timeout,
                                .body_timeout = http.body_timeout,
                                .idle_timeout = http.idle_timeout,
                                .request_timeout = http.request_timeout,
                                .packs_websockets = http.websocket_compression};
    options.max_connections_per_network = http.max_connections_per_network / cores + 1;
    return options;
}

void append(http::Endpoints& to, http::Endpoints from) {
    for (auto& row : from) to.push_back(std::move(row));
}

gateway::UpstreamOptions upstream_options(const Config& config) {
    return {.timeout = std::min<Milliseconds>(config.upstream.timeout, config.http.request_timeout),
            .connect_timeout = config.upstream.connect_timeout,
            .max_connections = config.upstream.max_connections,
            .max_queue_delay = std::min(config.http.max_queue_delay, config.upstream.connect_timeout / 2),
            .scheme = config.tls.is_on() ? "https" : "http"};
}

std::vector<http::Origin> parse_nodes(const std::vector<std::string>& nodes, std::string_view role) {
    std::vector<http::Origin> origins;
    for (const auto& node : nodes) {
        auto origin = http::parse_origin(node);
        if (!origin)
            throw StartupError(
                EX_CONFIG, "upstream." + std::string(role) + ": \"" + node + "\" is not of the form http://host:port");
        origins.push_back(std::move(*origin));
    }
    if (origins.empty()) throw StartupError(EX_CONFIG, "upstream." + std::string(role) + " names no node");
    return origins;
}

// What gateways have already bounded, and refuse in words of their own, must not fail here first.
void leave_bounds_to_gateways(http::ServerOptions& options) {
    constexpr auto kUnbounded = std::numeric_limits<std::size_t>::max();
    options.max_connections_per_network = options.max_unread_per_network = kUnbounded;
    options.limits.max_headers += 8;  // gateways add some
    options.limits.max_head_bytes += 1024;
    options.body_timeout += 5s;
}

}  // namespace

Cores::Cores(Shared& shared) : shared_(shared) {
    for (unsigned i = 0; i < core_count(shared.config.http); ++i) cores_.push_back(std::make_unique<Core>(shared, i));
}

void Cores::open(const std::vector<const Role*>& roles) {
    for (const auto* role : roles)
        for (auto& core : cores_) role->open(*core);
    if (has_gateway(roles)) {
        open_gateway(roles);
    } else {
        for (const auto* role : roles) open_role(*role);
    }
    open_management();
    open_revocations();
    const http::DocumentInfo info{.title = "Mind Space",
                                  .version = kVersion,
                                  .description = "The backend of meditation apps.",
                                  .server_url = "/"};
    const auto& rows = cores_.front()->listeners.front()->router.endpoints();
    shared_.openapi = http::StaticDocument(http::openapi_document({rows.begin(), rows.end()}, info));
    shared_.asyncapi = http::StaticDocument(http::asyncapi_document(meditation::room_protocol(), info));
}

void Cores::open_gateway(const std::vector<const Role*>& roles) {
    const auto& http = shared_.config.http;
    std::vector<http::Endpoints> rows(cores_.size());
    for (const auto& role : role_table()) {
        const bool is_here = std::ranges::find(roles, &role) != roles.end();
        if (!is_here) add_upstream(role);
        for (auto& core : cores_) {
            append(rows[core->index],
                   is_here ? role.endpoints(*core) : gateway::forward(role.declarations(), *core->upstreams.back()));
        }
    }
    auto options = common_options(http, cores_.size());
    options.proxies = shared_.proxies;
    options.expects_proxy_header = http.proxy_protocol;
    options.paces_refused = true;
    if (shared_.tls) options.tls = &*shared_.tls;
    for (auto& core : cores_) {
        auto middleware = inner_middleware(*core);
        middleware.limiter = &core->limiter;
        middleware.limits = &shared_.rate_limits;
        middleware.cors = &shared_.cors;
        add_listener(*core, role_table().front(), options, std::move(rows[core->index]), middleware);
    }
    ports_.push_back({.role = role_table().front().name, .port = shared_.ports.of(role_table().front()).number()});
}

// Behind a gateway, which has limited who calls how often, and says for whom it calls. Unsigned requests are refused.
void Cores::open_role(const Role& role) {
    auto options = common_options(shared_.config.http, cores_.size());
    leave_bounds_to_gateways(options);
    for (auto& core : cores_) {
        auto middleware = inner_middleware(*core);
        middleware.gateway = &shared_.gateway_keys.value();
        add_listener(*core, role, options, role.endpoints(*core), middleware);
    }
    ports_.push_back({.role = role.name, .port = shared_.ports.of(role).number()});
}

void Cores::add_upstream(const Role& role) {
    auto nodes = parse_nodes(shared_.config.upstream.*role.upstream, role.name);
    auto& status = shared_.upstreams.emplace_back(std::string(role.name), nodes);
    for (auto& core : cores_) {
        core->upstreams.push_back(std::make_unique<gateway::Upstream>(core->loop, status, shared_.gateway_keys.value(),
                                                                      upstream_options(shared_.config)));
        core->upstreams.back()->start();
    }
    auto& first = *cores_.front();
    first.checkers.push_back(std::make_unique<gateway::HealthChecker>(first.loop, status));
    first.checkers.back()->start();
}

// What stands before a handler wherever it runs.
http::Middleware Cores::inner_middleware(Core& core) const {
    return {.guard = &core.guard,
            .idempotency = core.idempotency ? &*core.idempotency : nullptr,
            .compression = &shared_.compression,
            .large_bodies = &shared_.large_bodies,
            .access_log = shared_.config.log.access ? &core.access_log : nullptr,
            .overload = &core.overload};
}

void Cores::add_listener(Core& core, const Role& role, const http::ServerOptions& options, http::Endpoints endpoints,
                         const http::Middleware& middleware) const {
    append(endpoints, health_endpoints(core));
    core.listeners.push_back(std::make_unique<Listener>(core.loop, options, std::move(endpoints), middleware));
    core.listeners.back()->server.bind(shared_.ports.of(role));
}

void Cores::open_management() {
    auto& core = *cores_.front();
    auto endpoints = metrics_endpoints(cores_);
    append(endpoints, health_endpoints(core));
    append(endpoints, connections_endpoints(core));
    auto& port = shared_.ports.management();
    management_port_ = port.number();
    management_ =
        std::make_unique<Listener>(core.loop, http::ServerOptions{}, std::move(endpoints), http::Middleware{});
    management_->server.bind(port);
}

// One connection listens for the process; each core keeps its own list.
void Cores::open_revocations() {
    auto& first = *cores_.front();
    auto tell_all = [this](const auth::Revocation& revocation) {
        for (auto& core : cores_) asio::post(core->loop, [&core = *core, revocation] { core.revoke(revocation); });
    };
    first.revocations =
        std::make_unique<auth::RevocationFeed>(first.loop, first.database, shared_.backends.direct_database,
                                               shared_.auth_settings.access.ttl, std::move(tell_all));
    first.revocations->start();
}

Cores::~Cores() {
    if (running_.empty() || stop()) return;
    for (auto& core : cores_) std::ignore = core.release();
    std::ignore = management_.release();
}

void Cores::start() {
    for (auto& core : cores_) {
        std::promise<void> ended;
        auto& running = running_.emplace_back(std::thread(), ended.get_future());
        running.thread = std::thread([&core = *core, ended = std::move(ended)]() mutable {
            core.run();
            ended.set_value();
        });
        pthread_setname_np(running.thread.native_handle(), ("core-" + std::to_string(core->index)).c_str());
    }
    wait_until_connected();
    on_each(
        [this](Core& core) {
            core.start();
            if (core.index == 0) management_->server.start();
        },
        kHangLimit);
}

void Cores::on_each(std::function<void(Core&)> work, Milliseconds limit) {
    const auto shared_work = std::make_shared<const std::function<void(Core&)>>(std::move(work));
    const auto give_up_at = std::chrono::steady_clock::now() + limit;
    std::vector<std::future<void>> ended;
    for (auto& core : cores_) {
        auto task = [shared_work, &core = *core] { (*shared_work)(core); };
        ended.push_back(asio::post(core->loop, asio::use_future(task)));
    }
    for (auto& core : ended) {
        if (core.wait_until(give_up_at) != std::future_status::ready) throw Unavailable("a core hangs");
        core.get();
    }
}

void Cores::use_key(const auth::SigningKey& key) {
    on_each([key](Core& core) { core.identity->service.use_key(key); }, kHangLimit);
}

bool Cores::all_of(bool (Core::*question)() const, Milliseconds limit) {
    auto all = std::make_shared<std::atomic<bool>>(true);
    auto ask = [all, question](const Core& core) {
        if (!(core.*question)()) *all = false;
    };
    on_each(std::move(ask), limit);
    return *all;
}

// A part that is still away is no reason not to start: its requests answer 503 until it comes.
void Cores::wait_until_connected() {
    auto give_up_at = std::chrono::steady_clock::now() + kConnectLimit;
    while (!all_of(&Core::is_connected, kHangLimit) && std::chrono::steady_clock::now() < give_up_at)
        std::this_thread::sleep_for(kIdlePoll);
}

void Cores::drain() {
    shared_.draining = true;
    const Milliseconds limit = shared_.config.http.drain;
    const auto give_up_at = std::chrono::steady_clock::now() + limit;
    try {
        on_each([limit](Core& core) { core.drain(limit / 2); }, limit);
        while (!all_of(&Core::is_idle, limit) && std::chrono::steady_clock::now() < give_up_at)
            std::this_thread::sleep_for(kIdlePoll);
    } catch (const Unavailable&) {  // stop() finds that core
    }
}

bool Cores::stop() {
    for (auto& core : cores_)
        asio::post(core->loop, [this, &core = *core] {
            if (core.index == 0) management_->server.stop();
            core.stop();
        });
    const auto give_up_at = std::chrono::steady_clock::now() + kStopLimit;
    bool all_ended = true;
    for (auto& core : std::exchange(running_, {})) {
        if (core.ended.wait_until(give_up_at) == std::future_status::ready) {
            core.thread.join();  // not only its work: libraries tidy up as a thread ends, and must do so before exit()
        } else {
            core.thread.detach();
            all_ended = false;
        }
    }
    return all_ended;
}

}  // namespace mindspace::app
