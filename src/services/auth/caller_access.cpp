#include "services/auth/caller_access.h"

#include "platform/telemetry/metrics/sum.h"

#include <boost/asio/post.hpp>

#include <variant>

namespace mindspace::auth {

namespace {

SessionRegistry::Scope scope_of(const postgres::Replicas& replicas) {
    using enum SessionRegistry::Scope;
    return replicas.is_empty() ? logins : logins_and_writes;
}

}  // namespace

CallerAccess::CallerAccess(asio::io_context& loop, const AccessBackends& backends, const AuthSettings& settings)
    : loop_(loop),
      // With replicas admission must learn from Redis each time where the caller has written last.
      has_leases_(backends.replicas.is_empty()),
      registry_(backends.redis, scope_of(backends.replicas)),
      revoked_(settings.access.ttl),
      signatures_(backends.signatures),
      verifier_(AuthStore(backends.database), settings.access, signatures_, settings.token_cache),
      writes_(registry_, backends.replicas),
      leases_(loop, {.redis = backends.redis, .subscriber = backends.subscriber, .limiter = backends.limiter},
              settings.token_cache),
      admission_({.store = AuthStore(backends.database),
                  .registry = registry_,
                  .limiter = backends.limiter,
                  .revoked = revoked_,
                  .writes = writes_,
                  .leases = has_leases_ ? &leases_ : nullptr}) {}

void CallerAccess::start() {
    if (has_leases_) leases_.start();
}

void CallerAccess::notify(const Revocation& revocation) {
    asio::post(loop_, [this, revocation] { apply(revocation); });
}

// After the revocations that were reported before.
void CallerAccess::confirm_revocations(leases::TimePoint sent_at) {
    asio::post(loop_, [this, sent_at] { leases_.confirm_revocations(sent_at); });
}

void CallerAccess::apply(const Revocation& revocation) {
    const auto now = clock_.now();
    if (const auto* session = std::get_if<AuthSessionId>(&revocation)) revoked_.add(*session, now);
    if (const auto* all = std::get_if<UserSessionsEnded>(&revocation)) revoked_.add(all->user, all->end, now);
    if (std::holds_alternative<SigningKeysWithdrawn>(revocation)) verifier_.drop_keys();
}

AccessModule::AccessModule(const AuthSettings& settings, const CoreResources& first, std::vector<CallerAccess*> cores)
    : cores_(std::move(cores)),
      feed_(first.loop, first.database, first.direct_database, settings.access.ttl,
            {.on_revoked =
                 [this](const Revocation& revocation) {
                     for (auto* core : cores_) core->notify(revocation);
                 },
             .on_heard =
                 [this](leases::TimePoint sent_at) {
                     for (auto* core : cores_) core->confirm_revocations(sent_at);
                 }}) {}

void AccessModule::collect(telemetry::Page& page) const {
    std::vector<const telemetry::CacheStats*> tokens;
    for (const auto* core : cores_) tokens.push_back(&core->cache_stats());
    telemetry::collect_cache("token", 1, tokens, page);
    telemetry::collect_cache("signature", 1, cores_.front()->signatures().stats(), page);
    std::vector<const telemetry::CacheStats*> leases;
    for (const auto* core : cores_) leases.push_back(&core->lease_stats().logins);
    telemetry::collect_cache("login", 1, leases, page);
    page.gauge("mindspace_leases_silent_cores", "Cores that ask Redis for each request because a channel is silent.",
               static_cast<std::int64_t>(
                   telemetry::sum(cores_, [](const auto& core) { return core.lease_stats().is_silent.value(); })));
}

}  // namespace mindspace::auth
