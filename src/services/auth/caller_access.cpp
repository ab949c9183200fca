#include "services/auth/caller_access.h"

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
      registry_(backends.redis, scope_of(backends.replicas)),
      revoked_(settings.access.ttl),
      verifier_(AuthStore(backends.database), settings.access, settings.token_cache),
      writes_(registry_, backends.replicas),
      admission_({.store = AuthStore(backends.database),
                  .registry = registry_,
                  .limiter = backends.limiter,
                  .revoked = revoked_,
                  .writes = writes_}) {}

void CallerAccess::notify(const Revocation& revocation) {
    asio::post(loop_, [this, revocation] { apply(revocation); });
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
            [this](const Revocation& revocation) {
                for (auto* core : cores_) core->notify(revocation);
            }) {}

void AccessModule::collect(telemetry::Page& page) const {
    std::vector<const telemetry::CacheStats*> tokens;
    for (const auto* core : cores_) tokens.push_back(&core->cache_stats());
    telemetry::collect_cache("token", 1, tokens, page);
}

}  // namespace mindspace::auth
