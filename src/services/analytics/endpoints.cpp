#include "services/analytics/endpoints.h"

#include "services/analytics/service.h"

namespace mindspace::analytics {

using http::Access;
using http::Call;
using http::Method;
using http::None;

http::EndpointTable<AnalyticsService> endpoints() {
    http::EndpointTable<AnalyticsService> rows;
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/daily",
              .summary = "Get the caller's statistics by day, for at most 366 days."},
             [](AnalyticsService& service, Call<None, Range> call) {
                 return service.find_daily(call.principal.user, call.query);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/weekly",
              .summary = "Get the caller's statistics by ISO week, for at most 1,100 days."},
             [](AnalyticsService& service, Call<None, Range> call) {
                 return service.find_weekly(call.principal.user, call.query);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/monthly",
              .summary = "Get the caller's statistics by month, for at most 1,100 days."},
             [](AnalyticsService& service, Call<None, Range> call) {
                 return service.find_monthly(call.principal.user, call.query);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/summary",
              .summary = "Get a summary of the caller's day, weeks, months, streaks and favourites."},
             [](AnalyticsService& service, Call<> call) { return service.find_summary(call.principal.user); });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/heatmap",
              .summary = "Get every day of a year of the caller, with its activity level."},
             [](AnalyticsService& service, Call<None, Year> call) {
                 return service.find_heatmap(call.principal.user, call.query.year);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/global",
              .access = Access::admin,
              .summary = "Get statistics of all users: active and new users, sessions and retention."},
             [](AnalyticsService& service, Call<None, Range> call) { return service.find_global(call.query); });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/now",
              .access = Access::anyone,
              .summary = "Count the people who are meditating now.",
              .cached = true},
             [](AnalyticsService& service, Call<>) { return service.find_now(); });
    return rows;
}

}  // namespace mindspace::analytics
