#include "services/meditation/sessions/endpoints.h"

#include "services/meditation/sessions/service.h"

namespace mindspace::meditation {

using http::Call;
using http::Method;

namespace {

constexpr std::size_t kMaxImport = 8 * 1024 * 1024;

// Everything that determines the list.
std::string history_context(UserId user, const HistoryQuery& query) {
    std::string context = "sessions " + user.to_string();
    context += " from=" + (query.from ? format_date(*query.from) : "");
    context += " to=" + (query.to ? format_date(*query.to) : "");
    context += " kind=";
    if (query.kind) context += schema::enum_name(*query.kind);
    context += " status=";
    if (query.status) context += schema::enum_name(*query.status);
    return context;
}

Awaitable<Result<SessionPage>> show_history(SessionService& service, UserId user, HistoryQuery query) {
    const auto context = history_context(user, query);
    auto after = page_start(context, query.cursor, kListStart<MeditationSessionId>);
    if (!after) co_return after.error();
    auto part = co_await service.list(user, std::move(query), *after);
    co_return make_page<SessionPage>(context, std::move(part));
}

}  // namespace

http::EndpointTable<SessionService> session_endpoints() {
    http::EndpointTable<SessionService> rows;
    rows.add({.method = Method::post,
              .path = "/api/v1/sessions",
              .summary = "Start a meditation session.",
              .success = 201,
              .creates = true,
              .errors = {"session_active", "gone", "conflict"}},
             [](SessionService& service, Call<StartSession> call) {
                 return service.start(call.principal.user, std::move(call.body));
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/sessions",
              .summary = "List the caller's meditation sessions, newest first.",
              .errors = {"invalid_cursor"}},
             [](SessionService& service, Call<http::None, HistoryQuery> call) {
                 return show_history(service, call.principal.user, std::move(call.query));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/sessions/import",
              .summary = "Import up to 500 sessions that were recorded offline or with another app.",
              .limit = http::LimitClass::import,
              .priority = http::Priority::last,
              .creates = true,
              .max_body = kMaxImport},
             [](SessionService& service, Call<ImportSessions> call) {
                 return service.import(call.principal.user, std::move(call.body));
             });
    rows.add({.method = Method::get, .path = "/api/v1/sessions/{id}", .summary = "Get a meditation session."},
             [](SessionService& service, Call<> call) {
                 return service.find(call.principal.user, MeditationSessionId{call.id});
             });
    rows.add({.method = Method::patch,
              .path = "/api/v1/sessions/{id}",
              .summary = "Update a session's note or the mood after it with a JSON merge patch.",
              .errors = {"precondition_failed"}},
             [](SessionService& service, Call<SessionPatch> call) {
                 return service.update(call.principal.user, MeditationSessionId{call.id}, std::move(call.body),
                                       call.expected_version);
             });
    rows.add({.method = Method::del,
              .path = "/api/v1/sessions/{id}",
              .summary = "Delete a session from the history and the statistics.",
              .errors = {"precondition_failed"}},
             [](SessionService& service, Call<> call) {
                 return service.erase(call.principal.user, MeditationSessionId{call.id}, call.expected_version);
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/sessions/{id}/complete",
              .summary = "Complete an active session, or one that was never ended. Can be retried safely.",
              .errors = {"session_not_active", "conflict"}},
             [](SessionService& service, Call<CompleteSession> call) {
                 return service.complete(call.principal.user, MeditationSessionId{call.id}, std::move(call.body));
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/sessions/{id}/abandon",
              .summary = "Abandon an active session.",
              .errors = {"session_not_active"}},
             [](SessionService& service, Call<> call) {
                 return service.abandon(call.principal.user, MeditationSessionId{call.id});
             });
    return rows;
}

}  // namespace mindspace::meditation
