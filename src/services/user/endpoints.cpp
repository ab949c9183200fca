#include "services/user/endpoints.h"

#include "services/user/service.h"

namespace mindspace::user {

using http::Call;
using http::Method;

namespace {

Caller caller_of(http::Principal& principal) {
    return {.id = principal.user, .version = std::move(principal.user_version)};
}

}  // namespace

http::EndpointTable<UserService> endpoints() {
    http::EndpointTable<UserService> rows;
    rows.add(
        {.method = Method::get, .path = "/api/v1/users/me", .summary = "Get the caller's profile.", .cached = true},
        [](UserService& service, Call<> call) { return service.find_me(caller_of(call.principal)); });
    rows.add({.method = Method::patch,
              .path = "/api/v1/users/me",
              .summary = "Update the caller's profile with a JSON merge patch.",
              .errors = {"precondition_failed"}},
             [](UserService& service, Call<UserPatch> call) {
                 return service.update_me(caller_of(call.principal), std::move(call.body), call.expected_version);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/users/me/stats",
              .summary = "Get the caller's totals, streaks and milestones."},
             [](UserService& service, Call<> call) { return service.find_stats(caller_of(call.principal)); });
    rows.add({.method = Method::get,
              .path = "/api/v1/users/me/export",
              .summary = "Export all stored data of the caller as one document.",
              .success = 200,
              .priority = http::Priority::last,
              .produces = http::kJson},
             [](UserService& service, Call<> call) { return service.export_user(call.principal.user); });
    rows.add({.method = Method::get,
              .path = "/api/v1/users/{id}",
              .summary = "Get the public profile of a user.",
              .cached = true,
              .errors = {"not_found"}},
             [](UserService& service, Call<> call) { return service.find_public(UserId{call.id}); });
    return rows;
}

}  // namespace mindspace::user
