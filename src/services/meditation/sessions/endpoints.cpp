#include "services/meditation/sessions/endpoints.h"

#include "services/meditation/sessions/history.h"
#include "services/meditation/sessions/service.h"

namespace mindspace::meditation {

using http::Call;
using http::Method;

namespace {

constexpr std::size_t kMaxImport = 8 * 1024 * 1024;

}  // namespace

http::EndpointTable<SessionService, SessionHistory> session_endpoints() {
    http::EndpointTable<SessionService, SessionHistory> rows;
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
             [](SessionHistory& history, Call<http::None, HistoryQuery, http::Preconditions> call) {
                 return history.find(call.principal.user, std::move(call.query), std::move(call.fields));
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
