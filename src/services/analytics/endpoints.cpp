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
              .summary = "The caller's days from one date to another, at most 366."},
             [](AnalyticsService& service, Call<None, Range> call) {
                 return service.find_daily(call.principal.user, call.query);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/weekly",
              .summary = "The same by ISO week, at most 1,100 days."},
             [](AnalyticsService& service, Call<None, Range> call) {
                 return service.find_weekly(call.principal.user, call.query);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/monthly",
              .summary = "The same by month, at most 1,100 days."},
             [](AnalyticsService& service, Call<None, Range> call) {
                 return service.find_monthly(call.principal.user, call.query);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/summary",
              .summary = "The caller's day, weeks, months, streaks and favourites."},
             [](AnalyticsService& service, Call<> call) { return service.find_summary(call.principal.user); });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/heatmap",
              .summary = "Every day of one of the caller's years, with its warmth."},
             [](AnalyticsService& service, Call<None, Year> call) {
                 return service.find_heatmap(call.principal.user, call.query.year);
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/global",
              .access = Access::admin,
              .summary = "What everybody does: active and new users, sessions, retention."},
             [](AnalyticsService& service, Call<None, Range> call) { return service.find_global(call.query); });
    rows.add({.method = Method::get,
              .path = "/api/v1/analytics/now",
              .access = Access::anyone,
              .summary = "How many people meditate at this moment.",
              .cached = true},
             [](AnalyticsService& service, Call<>) { return service.find_now(); });
    return rows;
}

}  // namespace mindspace::analytics
