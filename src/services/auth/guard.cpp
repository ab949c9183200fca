#include "services/auth/guard.h"

#include <boost/asio/post.hpp>

namespace mindspace::auth {

namespace {

SessionRegistry::Scope scope_of(const postgres::Replicas& replicas) {
    using enum SessionRegistry::Scope;
    return replicas.is_empty() ? logins : logins_and_writes;
}

}  // namespace

CoreGuard::CoreGuard(asio::io_context& loop, const GuardBackends& backends, const AuthSettings& settings)
    : loop_(loop),
      revoked_(settings.access.ttl),
      guard_({.store = AuthStore(backends.database),
              .registry = SessionRegistry(backends.redis, scope_of(backends.replicas)),
              .limiter = backends.limiter,
              .revoked = revoked_,
              .replicas = backends.replicas},
             settings.access, settings.token_cache) {}

void CoreGuard::tell(const Revocation& revocation) {
    asio::post(loop_, [this, revocation] { note(revocation); });
}

void CoreGuard::note(const Revocation& revocation) {
    const auto now = clock_.now();
    if (const auto* session = std::get_if<AuthSessionId>(&revocation)) revoked_.add(*session, now);
    if (const auto* all = std::get_if<UserSessionsEnded>(&revocation)) revoked_.add(all->user, all->end, now);
    if (std::holds_alternative<SigningKeysWithdrawn>(revocation)) guard_.forget_keys();
}

GuardModule::GuardModule(const AuthSettings& settings, const CoreResources& first, std::vector<CoreGuard*> cores)
    : cores_(std::move(cores)),
      feed_(first.loop, first.database, first.direct_database, settings.access.ttl,
            [this](const Revocation& revocation) {
                for (auto* core : cores_) core->tell(revocation);
            }) {}

void GuardModule::collect(telemetry::Page& page) const {
    std::vector<const telemetry::CacheStats*> tokens;
    for (auto* core : cores_) tokens.push_back(&core->guard().cache_stats());
    telemetry::collect_cache("token", 1, tokens, page);
}

}  // namespace mindspace::auth
