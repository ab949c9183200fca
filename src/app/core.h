#pragma once
// Everything that one core has: its loop, its connections to the servers, its services. Nothing of it is touched by
// another thread, except figures that are read for the metrics page.

#include "app/jobs/event_pipeline.h"
#include "app/operations/database_check.h"
#include "app/shared.h"
#include "platform/http/server/server.h"
#include "platform/postgres/connection/client.h"
#include "platform/redis/connection/client.h"
#include "platform/redis/pubsub/subscriber.h"
#include "platform/retention/retention.h"
#include "platform/telemetry/log/access_log.h"
#include "services/analytics/service.h"
#include "services/analytics/upkeep.h"
#include "services/auth/accounts/service.h"
#include "services/auth/client.h"
#include "services/auth/logins/service.h"
#include "services/auth/mail/mailer.h"
#include "services/auth/mail/quota.h"
#include "services/gateway/health_checker.h"
#include "services/gateway/upstream.h"
#include "services/meditation/groups/service.h"
#include "services/meditation/rooms/live/connection_stats.h"
#include "services/meditation/rooms/live/socket_admission.h"
#include "services/meditation/sessions/service.h"
#include "services/meditation/sessions/sweeper.h"
#include "services/user/service.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace mindspace::app {

// A port with the endpoints behind it, on one core.
class Listener {
public:
    Listener(asio::io_context& loop, http::ServerOptions options, http::Endpoints endpoints,
             const http::Middleware& middleware);

    http::Router router;
    http::CoreMetrics metrics;
    http::Dispatcher dispatcher;
    http::Server server;

private:
    static http::Router make_router(http::Endpoints endpoints);
};

// What the auth role has on one core.
struct IdentityParts {
    IdentityParts(asio::io_context& loop, postgres::Client& database, redis::Client& redis,
                  limits::RateLimiter& limiter, Shared& shared);

    TaskGroup background;
    auth::GuessLimiter guesses;
    auth::MailQuota quota;
    auth::AuthParts parts;
    auth::AuthService service;
    auth::AccountService accounts;
    std::unique_ptr<auth::Mailer> mailer;  // on the first core only
};

class Core {
public:
    Core(Shared& shared, unsigned index);
    ~Core();
    Core(const Core&) = delete;
    Core& operator=(const Core&) = delete;

    // Runs the loop until stop(); the thread of this core.
    void run();
    // Through post(): whether PostgreSQL answers, on the connection of imports, too, where there are any; and Redis.
    [[nodiscard]] bool is_connected() const;
    // Through post(): begins to listen.
    void start();
    // Through post(): takes no more connections, and tells those that are open to come back elsewhere within `window`.
    void drain(Milliseconds window);
    // Through post(): whether nothing is open any more.
    [[nodiscard]] bool is_idle() const;
    // Through post(): from now on nobody gets in with what has ended.
    void revoke(const auth::Revocation& revocation);
    // Through post(): ends the clients and listeners, and with them the loop.
    void stop();

    Shared& shared;
    const unsigned index;
    SystemClock clock;
    asio::io_context loop{1};
    postgres::Client database;
    postgres::Client imports;  // of sessions: what takes long has a connection of its own
    postgres::Replicas replicas;
    redis::Client redis;
    redis::Subscriber subscriber;
    limits::RateLimiter limiter;
    auth::RevokedSessions revoked;
    auth::TokenGuard guard;
    http::OverloadControl overload;
    std::optional<http::Idempotency> idempotency;  // where there is a secret, so of the roles that keep responses
    log::AccessLog access_log;

    // The services of this process's roles; each made by its row of the role table.
    std::optional<IdentityParts> identity;
    std::optional<user::UserService> users;
    std::optional<meditation::SessionService> sessions;
    std::unique_ptr<meditation::SessionSweeper> sweeper;  // on the first core only
    meditation::LiveSettings live_settings;
    std::optional<meditation::LiveRooms> rooms;
    std::optional<meditation::ConnectionStats> connection_stats;
    std::optional<meditation::GroupService> groups;
    std::optional<meditation::SocketAdmission> admission;
    std::optional<analytics::AnalyticsService> analytics;
    std::unique_ptr<EventPipeline> pipeline;            // on the first core only
    std::unique_ptr<analytics::Upkeep> upkeep;          // on the first core only
    std::unique_ptr<retention::Job> retention;          // on the first core only
    std::unique_ptr<DatabaseCheck> database_check;      // on the first core only
    std::unique_ptr<auth::RevocationFeed> revocations;  // on the first core only; tells all of them

    // Of a gateway, one for each role that runs elsewhere.
    std::vector<std::unique_ptr<gateway::Upstream>> upstreams;
    std::vector<std::unique_ptr<gateway::HealthChecker>> checkers;  // on the first core only

    std::vector<std::unique_ptr<Listener>> listeners;

private:
    Awaitable<> flush_access_log();

    asio::executor_work_guard<asio::io_context::executor_type> work_{loop.get_executor()};
    asio::steady_timer flush_timer_{loop};
};

}  // namespace mindspace::app
