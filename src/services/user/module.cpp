#include "services/user/module.h"

#include "services/user/endpoints.h"

namespace mindspace::user {

UserCore::UserCore(const CoreResources& core, const UserSettings& settings, const Collaborators& others)
    : service_(UserStore(core.database), core.redis, others, settings.profile_cache) {}

http::Endpoints UserCore::endpoints() {
    return user::endpoints().serve(service_);
}

http::DeclaredEndpoints UserModule::declarations() {
    return user::endpoints().declarations();
}

ModuleCore* UserModule::add_core(const CoreResources& core) {
    return cores_.emplace_back(std::make_unique<UserCore>(core, settings_, others_)).get();
}

void UserModule::collect(telemetry::Page& page) const {
    std::vector<const telemetry::CacheStats*> level1;
    std::vector<const telemetry::CacheStats*> level2;
    for (const auto& core : cores_) {
        level1.push_back(&core->cache_stats().level1);
        level2.push_back(&core->cache_stats().level2);
    }
    telemetry::collect_cache("profile", 1, level1, page);
    telemetry::collect_cache("profile", 2, level2, page);
}

}  // namespace mindspace::user
