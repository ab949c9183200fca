#pragma once
// The user role. All of it belongs to the cores.

#include "platform/module/module.h"
#include "services/user/service.h"
#include "services/user/settings.h"

#include <memory>
#include <vector>

namespace mindspace::user {

class UserCore final : public ModuleCore {
public:
    UserCore(const CoreResources& core, const UserSettings& settings, const Collaborators& others);

    http::Endpoints endpoints() override;
    [[nodiscard]] const ProfileCacheStats& cache_stats() const { return service_.cache_stats(); }

private:
    UserService service_;
};

class UserModule final : public Module {
public:
    static http::DeclaredEndpoints declarations();

    UserModule(const UserSettings& settings, const Collaborators& others) : settings_(settings), others_(others) {}

    ModuleCore* add_core(const CoreResources& core) override;
    void collect(telemetry::Page& page) const override;

private:
    UserSettings settings_;
    Collaborators others_;
    std::vector<std::unique_ptr<UserCore>> cores_;
};

}  // namespace mindspace::user
