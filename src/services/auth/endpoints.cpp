#include "services/auth/endpoints.h"

#include "services/auth/service.h"

namespace mindspace::auth {

using http::Access;
using http::Call;
using http::endpoint;
using http::LimitClass;
using http::Method;

namespace {

Origin origin_of(http::ClientInfo client) {
    return {.ip = std::move(client.address), .user_agent = std::move(client.user_agent)};
}

}  // namespace

http::Endpoints endpoints(AuthService& service) {
    http::Endpoints rows;
    rows.push_back(endpoint({.method = Method::post,
                             .path = "/api/v1/auth/register",
                             .access = Access::anyone,
                             .summary = "Create an account and log in.",
                             .success = 201,
                             .limit = LimitClass::auth,
                             .creates = true,
                             .errors = {"email_taken", "password_breached"}},
                            [&service](Call<Register> call) {
                                return service.register_user(std::move(call.body), origin_of(std::move(call.client)));
                            }));
    rows.push_back(endpoint({.method = Method::post,
                             .path = "/api/v1/auth/login",
                             .access = Access::anyone,
                             .summary = "Log in with an email address and a password.",
                             .limit = LimitClass::auth,
                             .errors = {"invalid_credentials"}},
                            [&service](Call<Login> call) {
                                return service.login(std::move(call.body), origin_of(std::move(call.client)));
                            }));
    rows.push_back(endpoint({.method = Method::post,
                             .path = "/api/v1/auth/refresh",
                             .access = Access::anyone,
                             .summary = "Exchange a refresh token for new tokens.",
                             .limit = LimitClass::auth,
                             .errors = {"invalid_refresh_token", "refresh_reused"}},
                            [&service](Call<Refresh> call) { return service.refresh(std::move(call.body)); }));
    rows.push_back(endpoint({.method = Method::post,
                             .path = "/api/v1/auth/logout",
                             .summary = "End this login session; its tokens are dead at once."},
                            [&service](Call<> call) { return service.logout(std::move(call.principal)); }));
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/.well-known/jwks.json",
                             .access = Access::anyone,
                             .summary = "The public keys that access tokens are signed with.",
                             .limit = LimitClass::none,
                             .cache_control = "public, max-age=300"},
                            [&service](Call<>) { return service.public_keys(); }));
    return rows;
}

}  // namespace mindspace::auth
