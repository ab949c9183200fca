#include "app/modules.h"

#include "app/process/backends.h"
#include "support/base/directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <gmock/gmock.h>

#include <map>

namespace mindspace::app {
namespace {

using testing::Contains;
using testing::Not;

// Everything that a client, a gateway or a reader of the API's description can notice.
std::string describe(const http::DeclaredEndpoint& row) {
    const auto& d = row.declaration;
    const auto& types = row.types;
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", d.summary,
                       static_cast<int>(d.access), d.success, static_cast<int>(d.limit), static_cast<int>(d.priority),
                       d.cached, d.creates, d.max_body, d.errors, d.cache_control, d.produces, d.websocket,
                       d.drain_message != nullptr, d.hidden, d.health, fmt::ptr(types.body), types.body_required,
                       fmt::ptr(types.response), fmt::ptr(types.query), d.path);
}

struct Row {
    std::string description;
    bool forwarded = false;
};
// Keyed by method and path.
using Rows = std::map<std::string, Row>;

// The modules of a process with these roles, constructed but not started.
class TestProcess {
public:
    explicit TestProcess(std::string_view roles) : roles_(parse_roles(roles).value()) {
        if (!has_all(roles_))
            process_.gateway_keys.emplace(std::vector{std::string(http::GatewayKeys::kMinSecret, 'k')});
        process_.secret = Secret::load_or_create(directory_.path() / "secret");
        process_.files = {.signing_key = directory_.path() / "key.pem", .mail = directory_.path()};
        listeners_ = &add_modules(cores_, process_);
    }

    // The endpoints of all its public ports.
    Rows rows() {
        Rows rows;
        for (const auto& server : listeners_->servers())
            for (const auto& row : server.router().endpoints())
                rows.emplace(fmt::format("{} {}", http::method_name(row.declaration.method), row.declaration.path),
                             Row{.description = describe(row), .forwarded = row.forwarded});
        return rows;
    }
    std::vector<std::string_view> management_paths() {
        std::vector<std::string_view> paths;
        for (const auto& module : cores_.modules())
            for (const auto& row : module.module->management_endpoints()) paths.push_back(row.declaration.path);
        return paths;
    }

private:
    static Config make_config() {
        Config config;
        config.http.port = config.management.port = 0;
        config.http.cores = 2;
        for (auto& role : config.roles) role.port = 0;
        derive_settings(config);
        return config;
    }

    TemporaryDirectory directory_;
    const Config config_ = make_config();
    const Roles roles_;
    Ports ports_{config_, roles_};
    ProcessResources process_{config_, roles_, ports_};
    Cores cores_{config_, {.database = "host=/nowhere", .direct_database = "host=/nowhere", .redis = {}}};
    Listeners* listeners_ = nullptr;
};

TEST(Modules, ForwardExactlyTheEndpointsOfAProcessWithAllRoles) {
    const auto all = TestProcess("all").rows();
    const auto gateway = TestProcess("gateway").rows();
    EXPECT_GT(all.size(), 50U);
    ASSERT_EQ(gateway.size(), all.size());
    for (const auto& [name, row] : all) {
        ASSERT_TRUE(gateway.contains(name)) << name;
        EXPECT_EQ(gateway.at(name).description, row.description) << name;
        EXPECT_FALSE(row.forwarded) << name;
    }
}

TEST(Modules, ServeInEachRoleWhatTheGatewayForwards) {
    auto forwarded = TestProcess("gateway").rows();
    std::erase_if(forwarded, [](const auto& entry) { return !entry.second.forwarded; });
    for (const auto& role : role_table()) {
        if (role.is_gateway()) continue;
        for (const auto& [name, row] : TestProcess(role.name).rows()) {
            EXPECT_FALSE(row.forwarded) << name;
            const bool is_health = name == "GET /livez" || name == "GET /readyz";
            if (is_health) continue;
            ASSERT_TRUE(forwarded.contains(name)) << name;
            EXPECT_EQ(forwarded.at(name).description, row.description) << name;
            forwarded.erase(name);
        }
    }
    EXPECT_EQ(forwarded.size(), 0U) << "forwarded to nobody: " << forwarded.begin()->first;
}

TEST(Modules, HaveTheManagementEndpointsOfTheirRoles) {
    EXPECT_THAT(TestProcess("meditation,user").management_paths(), Contains("/connections"));
    EXPECT_THAT(TestProcess("gateway,user").management_paths(), Not(Contains("/connections")));
}

TEST(Roles, CanBeNamedOnceAndInAnyOrder) {
    EXPECT_EQ(parse_roles("user,auth,user").value().size(), 2U);
    EXPECT_TRUE(has_all(parse_roles("all").value()));
    EXPECT_FALSE(has_gateway(parse_roles("auth,analytics").value()));
    EXPECT_EQ(parse_roles("users").error().detail,
              "unknown role \"users\"; there are gateway, auth, user, meditation, analytics, or all");
}

}  // namespace
}  // namespace mindspace::app
