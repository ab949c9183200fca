#include "app/operations/health_endpoints.h"

#include "app/listeners.h"

namespace mindspace::app {

using http::Access;
using http::Call;
using http::LimitClass;
using http::Method;
using http::Response;

namespace {

// The response that shows Health to a client.
struct HealthDocument {
    std::string status;
    std::map<std::string, std::string> checks;

    static constexpr std::string_view kName = "Health";
    static constexpr auto fields() {
        return std::tuple{schema::field("status", &HealthDocument::status),
                          schema::field("checks", &HealthDocument::checks)};
    }
};

Awaitable<Result<Response>> respond(Response response) {
    co_return response;
}

Response describe(Health health) {
    const HealthDocument document{.status = health.is_ready ? "ready" : "not ready",
                                  .checks = std::move(health.checks)};
    return {.status = health.is_ready ? 200 : 503, .body = schema::to_json(document)};
}

}  // namespace

http::EndpointTable<ListenersCore> health_endpoints() {
    http::EndpointTable<ListenersCore> rows;
    rows.add({.method = Method::get,
              .path = "/livez",
              .access = Access::anyone,
              .summary = "Check that the process runs.",
              .limit = LimitClass::none,
              .priority = http::Priority::first,
              .health = true},
             [](Call<>) {
                 Response response{.content_type = "text/plain; charset=utf-8", .body = "ok\n"};
                 return respond(std::move(response));
             });
    rows.add({.method = Method::get,
              .path = "/readyz",
              .access = Access::anyone,
              .summary = "Check that the process can serve requests, and list failed checks.",
              .limit = LimitClass::none,
              .priority = http::Priority::first,
              .health = true},
             [](ListenersCore& core, Call<>) { return respond(describe(core.health())); });
    return rows;
}

}  // namespace mindspace::app
