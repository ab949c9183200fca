#include "services/analytics/endpoints.h"

#include "services/analytics/service.h"

namespace mindspace::analytics {

using http::Access;
using http::Call;
using http::endpoint;
using http::Method;
using http::None;

http::Endpoints endpoints(AnalyticsService& service) {
    http::Endpoints rows;
    rows.push_back(
        endpoint({.method = Method::get,
                  .path = "/api/v1/analytics/daily",
                  .summary = "The caller's days from one date to another, at most 366."},
                 [&service](Call<None, Range> call) { return service.find_daily(call.principal.user, call.query); }));
    rows.push_back(
        endpoint({.method = Method::get,
                  .path = "/api/v1/analytics/weekly",
                  .summary = "The same by ISO week, at most 1,100 days."},
                 [&service](Call<None, Range> call) { return service.find_weekly(call.principal.user, call.query); }));
    rows.push_back(
        endpoint({.method = Method::get,
                  .path = "/api/v1/analytics/monthly",
                  .summary = "The same by month, at most 1,100 days."},
                 [&service](Call<None, Range> call) { return service.find_monthly(call.principal.user, call.query); }));
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/api/v1/analytics/summary",
                             .summary = "The caller's day, weeks, months, streaks and favourites."},
                            [&service](Call<> call) { return service.find_summary(call.principal.user); }));
    rows.push_back(endpoint(
        {.method = Method::get,
         .path = "/api/v1/analytics/heatmap",
         .summary = "Every day of one of the caller's years, with its warmth."},
        [&service](Call<None, Year> call) { return service.find_heatmap(call.principal.user, call.query.year); }));
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/api/v1/analytics/global",
                             .access = Access::admin,
                             .summary = "What everybody does: active and new users, sessions, retention."},
                            [&service](Call<None, Range> call) { return service.find_global(call.query); }));
    rows.push_back(endpoint({.method = Method::get,
                             .path = "/api/v1/analytics/now",
                             .access = Access::anyone,
                             .summary = "How many people meditate at this moment.",
                             .cached = true},
                            [&service](Call<>) { return service.find_now(); }));
    return rows;
}

}  // namespace mindspace::analytics
