#include "app/operations/endpoints.h"

#include "app/core.h"
#include "app/operations/http_probe.h"
#include "app/web_assets.h"
#include "platform/http/api/etag.h"
#include "platform/telemetry/log/log.h"
#include "services/analytics/facts/projection.h"

namespace mindspace::app {

using http::Access;
using http::Call;
using http::endpoint;
using http::LimitClass;
using http::Method;
using http::Response;

namespace {

struct Health {
    std::string status;
    std::map<std::string, std::string> checks;

    static constexpr std::string_view kName = "Health";
    static constexpr auto fields() {
        return std::tuple{schema::field("status", &Health::status), schema::field("checks", &Health::checks)};
    }
};

// Redis may be away: everything still works, so a node is not taken out of service for it. Nor is a gateway for a role
// that is away: the others work, and no other gateway would do better.
Awaitable<Result<Response>> check_readiness(Core& core) {
    bool draining = core.shared.draining.load();
    bool database = core.shared.database_health.is_good(DatabaseHealth::Clock::now());
    bool ready = database && !draining;
    Health health{.status = ready ? "ready" : "not ready",
                  .checks = {{"database", database ? "ok" : "failing"},
                             {"redis", core.redis.is_up() ? "ok" : "degraded"},
                             {"draining", draining ? "failing" : "ok"}}};
    for (const auto& upstream : core.shared.upstreams) health.checks["upstream." + upstream.name] = upstream.summary();
    Response response{.status = ready ? 200 : 503, .body = schema::to_json(health)};
    co_return response;
}

Awaitable<Result<SeenCaller>> describe_caller(std::string address) {
    co_return SeenCaller{.address = std::move(address), .time = SystemClock{}.now()};
}

Awaitable<Result<Response>> answer(Result<Response> response) {
    co_return response;
}

using StaticCall = Call<http::None, http::None, http::StaticFields>;

Result<Response> serve(const WebAsset& asset, const http::StaticFields& fields) {
    auto response = http::static_response(asset.content, fields);
    if (response) response->headers.emplace_back("Content-Security-Policy", std::string(kWebContentSecurityPolicy));
    return response;
}

http::Declaration page(std::string_view path, std::string_view summary) {
    return {.method = Method::get,
            .path = path,
            .access = Access::anyone,
            .summary = summary,
            .limit = LimitClass::none,
            .cached = true,
            .hidden = true};
}

std::uint64_t sum(const std::vector<std::unique_ptr<Core>>& cores, auto figure) {
    std::uint64_t total = 0;
    for (const auto& core : cores) total += static_cast<std::uint64_t>(figure(*core));
    return total;
}

void collect_clients(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    page.counter("mindspace_postgres_queries", "Requests to PostgreSQL, answered or failed.",
                 sum(cores, [](const Core& core) { return core.database.stats().queries.value(); }));
    page.counter("mindspace_postgres_errors", "Requests to PostgreSQL that failed.",
                 sum(cores, [](const Core& core) { return core.database.stats().errors.value(); }));
    page.counter("mindspace_postgres_reconnects", "Connections to PostgreSQL made again after a loss.",
                 sum(cores, [](const Core& core) { return core.database.stats().reconnects.value(); }));
    page.gauge("mindspace_postgres_in_flight", "Requests that PostgreSQL has not answered yet.",
               static_cast<std::int64_t>(
                   sum(cores, [](const Core& core) { return core.database.stats().in_flight.value(); })));
    page.gauge("mindspace_postgres_connections", "Connections to PostgreSQL that are up.",
               static_cast<std::int64_t>(
                   sum(cores, [](const Core& core) { return core.database.stats().connections_up.value(); })));
    page.counter("mindspace_postgres_replica_reads", "Reads answered by a replica.",
                 sum(cores, [](const Core& core) { return core.replicas.stats().reads.value(); }));
    page.counter("mindspace_postgres_replica_misses", "Reads that no replica could answer and the primary did.",
                 sum(cores, [](const Core& core) { return core.replicas.stats().primary_reads.value(); }));
    page.gauge("mindspace_postgres_replicas_usable", "Replicas that are up and near enough, as the first core sees it.",
               cores.empty() ? 0 : cores.front()->replicas.stats().usable.value());
    if (!cores.empty())
        page.gauge("mindspace_postgres_responds", "1 when PostgreSQL responds to the check of every second.",
                   cores.front()->shared.database_health.is_good(DatabaseHealth::Clock::now()) ? 1 : 0);
    page.counter("mindspace_redis_commands", "Commands sent to Redis.",
                 sum(cores, [](const Core& core) { return core.redis.stats().commands.value(); }));
    page.counter("mindspace_redis_errors", "Error replies of Redis.",
                 sum(cores, [](const Core& core) { return core.redis.stats().errors.value(); }));
    page.counter("mindspace_redis_timeouts", "Connections to Redis given up because it did not answer.",
                 sum(cores, [](const Core& core) { return core.redis.stats().timeouts.value(); }));
    page.counter("mindspace_redis_refused", "Commands that Redis refused because it has no memory left.",
                 sum(cores, [](const Core& core) { return core.redis.stats().refused.value(); }));
    page.counter("mindspace_redis_reconnects", "Connections to Redis made again after a loss.",
                 sum(cores, [](const Core& core) { return core.redis.stats().reconnects.value(); }));
    page.counter("mindspace_redis_redirections", "Commands that a node of a Redis Cluster sent to another.",
                 sum(cores, [](const Core& core) { return core.redis.stats().redirections.value(); }));
    page.counter("mindspace_log_lost", "Log lines lost to a full queue.", log::lost_count());
}

void collect_pools(const Shared& shared, telemetry::Page& page) {
    const auto hashing = shared.hashing.stats();
    page.gauge("mindspace_hashing_queued", "Passwords that wait to be hashed.",
               static_cast<std::int64_t>(hashing.queued));
    page.counter("mindspace_hashing_rejected", "Passwords refused because too many waited.", hashing.rejected);
    page.counter("mindspace_hashing_rejected_strangers",
                 "Of these, those from networks without a successful login: places were kept for known ones.",
                 hashing.rejected_ordinary);
    const auto bodies = shared.large_bodies.stats();
    page.gauge("mindspace_large_bodies_queued", "Large request bodies that wait to be read.",
               static_cast<std::int64_t>(bodies.queued));
    page.counter("mindspace_large_bodies_rejected", "Requests refused because too many large bodies waited.",
                 bodies.rejected);
}

// Asked of each core.
using CacheOf = const telemetry::CacheStats& (*)(const Core&);

void collect_cache(const std::vector<std::unique_ptr<Core>>& cores, const telemetry::Labels& labels, CacheOf cache,
                   telemetry::Page& page) {
    page.counter("mindspace_cache_hits", "Looks into a cache that found what they looked for.",
                 sum(cores, [&](const Core& core) { return cache(core).hits.value(); }), labels);
    page.counter("mindspace_cache_misses", "Looks into a cache that did not.",
                 sum(cores, [&](const Core& core) { return cache(core).misses.value(); }), labels);
}

void collect_entries(const std::vector<std::unique_ptr<Core>>& cores, const std::string& name, CacheOf cache,
                     telemetry::Page& page) {
    page.gauge("mindspace_cache_entries", "What a cache in memory holds, over all cores.",
               static_cast<std::int64_t>(sum(cores, [&](const Core& core) { return cache(core).entries.value(); })),
               {{"cache", name}});
}

void collect_caches(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    const CacheOf tokens = [](const Core& core) -> const auto& { return core.guard.cache_stats(); };
    collect_cache(cores, {{"cache", "token"}, {"level", "1"}}, tokens, page);
    collect_entries(cores, "token", tokens, page);
    if (cores.empty() || !cores.front()->users) return;
    const CacheOf profiles = [](const Core& core) -> const auto& { return core.users->cache_stats().level1; };
    collect_cache(cores, {{"cache", "profile"}, {"level", "1"}}, profiles, page);
    collect_cache(
        cores, {{"cache", "profile"}, {"level", "2"}},
        [](const Core& core) -> const auto& { return core.users->cache_stats().level2; }, page);
    collect_entries(cores, "profile", profiles, page);
}

void collect_sessions(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    for (const auto& core : cores)
        if (core->sweeper)
            page.counter("mindspace_sessions_abandoned", "Sessions given up because nobody ended them.",
                         core->sweeper->abandoned().value());
}

void collect_rooms(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    if (cores.empty() || !cores.front()->rooms) return;
    auto add = [&](auto figure) {
        return sum(cores, [&](const Core& core) { return figure(core.rooms->metrics()).value(); });
    };
    using Metrics = meditation::LiveMetrics;
    page.gauge("mindspace_rooms", "Rooms with a socket, summed over the cores.",
               static_cast<std::int64_t>(add([](const Metrics& m) -> auto& { return m.rooms; })));
    page.gauge("mindspace_room_connections", "Open sockets of rooms.",
               static_cast<std::int64_t>(add([](const Metrics& m) -> auto& { return m.connections; })));
    page.gauge("mindspace_room_connections_joined", "Of these, those that have been welcomed.",
               static_cast<std::int64_t>(add([](const Metrics& m) -> auto& { return m.joined_connections; })));
    page.gauge("mindspace_cluster_cores", "Cores of all nodes that serve rooms, as Redis knows them.",
               cores.front()->connection_stats->known_cores());
    page.gauge("mindspace_cluster_room_connections", "Open sockets of rooms on all nodes.",
               cores.front()->connection_stats->known_connections());
    page.counter("mindspace_room_sockets_displaced", "Sockets closed because their user opened one too many.",
                 add([](const Metrics& m) -> auto& { return m.sockets_displaced; }));
    page.counter("mindspace_room_reactions_refused", "Reactions of users who sent too many.",
                 add([](const Metrics& m) -> auto& { return m.reactions_refused; }));
    page.counter("mindspace_room_events", "Events of rooms that the cores have heard.",
                 add([](const Metrics& m) -> auto& { return m.events_heard; }));
    page.counter("mindspace_room_deliveries", "Frames of events given to sockets.",
                 add([](const Metrics& m) -> auto& { return m.deliveries; }));
    page.counter("mindspace_room_participants_lost", "Participants who broke off, or whose node did, and stayed away.",
                 add([](const Metrics& m) -> auto& { return m.participants_lost; }));
    page.counter("mindspace_room_hosts_replaced", "Hosts who were away for two minutes, and others took their part.",
                 add([](const Metrics& m) -> auto& { return m.hosts_replaced; }));
    page.counter("mindspace_room_groups_ended", "Groups ended by their time, or because nobody was left.",
                 add([](const Metrics& m) -> auto& { return m.groups_ended; }));
    page.counter("mindspace_room_tasks_failed", "Calls of Redis or PostgreSQL that a room could not make.",
                 add([](const Metrics& m) -> auto& { return m.tasks_failed; }));
    page.counter("mindspace_groups_started_by_schedule", "Groups started because their time had come.",
                 add([](const Metrics& m) -> auto& { return m.scheduled_starts; }));
    page.counter("mindspace_room_records_failed", "Writes of attendance that had to be tried again.",
                 add([](const Metrics& m) -> auto& { return m.records_failed; }));
    page.counter("mindspace_room_stretches_dropped", "Stretches of attendance lost: too many of one member waited.",
                 add([](const Metrics& m) -> auto& { return m.stretches_dropped; }));
    page.counter("mindspace_room_joins_dropped", "Arrivals not told as events, because too many waited.",
                 add([](const Metrics& m) -> auto& { return m.joins_dropped; }));
}

void collect_upstreams(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    for (std::size_t i = 0; !cores.empty() && i < cores.front()->upstreams.size(); ++i) {
        std::vector<const gateway::Upstream*> figures;
        for (const auto& core : cores) figures.push_back(core->upstreams[i].get());
        gateway::collect(figures, page);
    }
}

void collect_guesses(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    if (cores.empty() || !cores.front()->identity) return;
    using Budget = auth::GuessLimiter::Budget;
    constexpr auto kNames = names_of(Budget{});
    for (std::size_t i = 0; i < kNames.size(); ++i)
        page.counter(
            "mindspace_guesses_refused", "Passwords not looked at, by the budget of tries that was used up.",
            sum(cores,
                [i](const Core& core) { return core.identity->guesses.refused(static_cast<Budget>(i)).value(); }),
            {{"budget", std::string(kNames[i])}});
    page.gauge("mindspace_login_networks", "Client networks with a successful login, as far as remembered.",
               static_cast<std::int64_t>(cores.front()->shared.login_networks.size()));
}

void collect_mails(const std::vector<std::unique_ptr<Core>>& cores, telemetry::Page& page) {
    std::uint64_t refused = 0;
    bool sends_mails = false;
    for (const auto& core : cores) {
        if (!core->identity) continue;
        sends_mails = true;
        refused += core->identity->quota.refused().value();
    }
    if (sends_mails)
        page.counter("mindspace_mails_refused", "Mails not sent because their address had too many.", refused);
    for (const auto& core : cores) {
        if (!core->identity || !core->identity->mailer) continue;
        const auto& stats = core->identity->mailer->stats();
        page.counter("mindspace_mails_sent", "Mails that the server has taken.", stats.sent.value());
        page.counter("mindspace_mails_failed", "Attempts to send a mail that failed.", stats.failed.value());
        page.counter("mindspace_mails_given_up", "Mails that could not be sent within a day.", stats.given_up.value());
        page.counter("mindspace_mail_files_removed", "Files of mails that had served their time, or were too many.",
                     stats.removed.value());
    }
}

Response metrics_page(const std::vector<std::unique_ptr<Core>>& cores) {
    telemetry::Page page;
    for (std::size_t i = 0; !cores.empty() && i < cores.front()->listeners.size(); ++i) {
        std::vector<const http::CoreMetrics*> figures;
        for (const auto& core : cores) figures.push_back(&core->listeners[i]->metrics);
        http::collect(cores.front()->listeners[i]->router, figures, page);
    }
    std::vector<const http::OverloadControl*> overload;
    for (const auto& core : cores) overload.push_back(&core->overload);
    http::collect(overload, page);
    collect_clients(cores, page);
    if (!cores.empty()) collect_pools(cores.front()->shared, page);
    collect_caches(cores, page);
    collect_sessions(cores, page);
    collect_rooms(cores, page);
    collect_upstreams(cores, page);
    collect_guesses(cores, page);
    collect_mails(cores, page);
    for (const auto& core : cores)
        if (core->pipeline) core->pipeline->collect(page);
    for (const auto& core : cores)
        if (core->upkeep) analytics::collect(core->upkeep->stats(), page);
    if (!cores.empty()) retention::collect(cores.front()->retention->stats(), page);
    return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = page.text()};
}

}  // namespace

http::Endpoints health_endpoints(Core& core) {
    http::Endpoints rows;
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/livez",
                             .access = Access::anyone,
                             .summary = "Whether the process runs.",
                             .limit = LimitClass::none,
                             .priority = http::Priority::first,
                             .health = true},
                            [](Call<>) {
                                Response response{.content_type = "text/plain; charset=utf-8", .body = "ok\n"};
                                return answer(std::move(response));
                            }));
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/readyz",
                             .access = Access::anyone,
                             .summary = "Whether the process can serve, and which checks fail.",
                             .limit = LimitClass::none,
                             .priority = http::Priority::first,
                             .health = true},
                            [&core](Call<>) { return check_readiness(core); }));
    return rows;
}

http::Endpoints public_pages(Core& core) {
    http::Endpoints rows;
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/whoami",
                             .access = Access::anyone,
                             .summary = "What the server sees of its caller, to check proxies and clocks.",
                             .cached = true},
                            [](Call<> call) { return describe_caller(std::move(call.client.address)); }));
    rows.push_back(endpoint(page("/openapi.json", "This document."), [&core](StaticCall call) {
        return answer(http::static_response(core.shared.openapi.content(), call.fields));
    }));
    rows.push_back(endpoint(page("/asyncapi.json", "The messages of a group's socket."), [&core](StaticCall call) {
        return answer(http::static_response(core.shared.asyncapi.content(), call.fields));
    }));
    rows.push_back(endpoint(page("/", "The start page."), [](Call<>) {
        Response response{.status = 302, .body = {}};
        response.headers.emplace_back("Location", "/docs");
        return answer(std::move(response));
    }));
    for (const auto& asset : web_assets())
        rows.push_back(endpoint(page(asset.path, "A page."),
                                [&asset](StaticCall call) { return answer(serve(asset, call.fields)); }));
    return rows;
}

http::Endpoints metrics_endpoints(const std::vector<std::unique_ptr<Core>>& cores) {
    http::Endpoints rows;
    rows.push_back(
        endpoint(page("/metrics", "Prometheus metrics."), [&cores](Call<>) { return answer(metrics_page(cores)); }));
    return rows;
}

}  // namespace mindspace::app
