#include "services/meditation/groups/endpoints.h"

#include "services/meditation/groups/calendar.h"
#include "services/meditation/groups/service.h"
#include "services/meditation/rooms/live/socket_admission.h"

namespace mindspace::meditation {

using http::Access;
using http::Call;
using http::LimitClass;
using http::Method;

namespace {

struct LiveQuery {
    std::optional<std::string> ticket;

    static constexpr std::string_view kName = "LiveQuery";
    static constexpr auto fields() {
        return std::tuple{field("ticket", &LiveQuery::ticket, {.max = 64, .text = schema::Text::exact})};
    }
};

std::optional<std::string> header(const http::RequestHead& head, std::string_view name) {
    auto value = head.find(name);
    return value ? std::optional<std::string>(*value) : std::nullopt;
}

std::optional<std::string> bearer_token(const http::RequestHead& head) {
    constexpr std::string_view kBearer = "Bearer ";
    auto value = head.find("authorization");
    if (!value || !http::equals_ignoring_case(value->substr(0, kBearer.size()), kBearer)) return std::nullopt;
    return std::string(value->substr(kBearer.size()));
}

// The header fields of a handshake that identify the client.
struct LiveFields {
    std::string host;
    std::optional<std::string> origin;
    std::optional<std::string> access_token;

    static LiveFields of(const http::RequestHead& head) {
        return {.host = std::string(head.host), .origin = header(head, "origin"), .access_token = bearer_token(head)};
    }
};

SocketRequest socket_request_of(Call<http::None, LiveQuery, LiveFields>& call) {
    return SocketRequest{.group = GroupId{call.id},
                         .host = std::move(call.fields.host),
                         .origin = std::move(call.fields.origin),
                         .ticket = std::move(call.query.ticket),
                         .access_token = std::move(call.fields.access_token)};
}

Awaitable<Result<GroupPage>> show_list(GroupService& service, GroupQuery query) {
    const auto context = "groups state=" + std::string(query.state ? schema::enum_name(*query.state) : "");
    auto after = page_start(context, query.cursor, GroupPosition{});
    if (!after) co_return after.error();
    auto part = co_await service.list(std::move(query), *after);
    co_return make_page<GroupPage>(context, std::move(part));
}

Awaitable<Result<http::Response>> show_calendar(GroupService& service, GroupId id) {
    auto calendar = co_await service.find_calendar(id);
    if (!calendar) co_return calendar.error();
    http::Response response{.content_type = kCalendarType, .body = std::move(calendar->text)};
    response.headers.emplace_back("ETag", std::move(calendar->etag));
    response.headers.emplace_back("Cache-Control", http::kRevalidate);
    response.headers.emplace_back("Content-Disposition", R"(attachment; filename="meditation.ics")");
    co_return std::move(response);
}

}  // namespace

http::EndpointTable<GroupService, SocketAdmission> group_endpoints() {
    http::EndpointTable<GroupService, SocketAdmission> rows;
    rows.add({.method = Method::post,
              .path = "/api/v1/groups",
              .summary = "Create a group with the caller as its host.",
              .success = 201,
              .creates = true,
              .errors = {"conflict"}},
             [](GroupService& service, Call<NewGroup> call) {
                 return service.create(call.principal.user, std::move(call.body));
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/groups",
              .summary = "List public groups, soonest first.",
              .errors = {"invalid_cursor"}},
             [](GroupService& service, Call<http::None, GroupQuery> call) {
                 return show_list(service, std::move(call.query));
             });
    rows.add({.method = Method::get, .path = "/api/v1/groups/{id}", .summary = "Get a group."},
             [](GroupService& service, Call<> call) { return service.find(GroupId{call.id}); });
    rows.add({.method = Method::get,
              .path = "/api/v1/groups/{id}/calendar.ics",
              .access = Access::anyone,  // calendar applications have a link and no credentials
              .summary = "Get the group as an iCalendar event (RFC 5545).",
              .success = 200,
              .errors = {"group_not_scheduled"},
              .produces = "text/calendar"},
             [](GroupService& service, Call<> call) { return show_calendar(service, GroupId{call.id}); });
    rows.add(
        {.method = Method::patch,
         .path = "/api/v1/groups/{id}",
         .summary =
             "Update a group with a JSON merge patch. Only for its host; kind and times cannot change once it runs.",
         .errors = {"forbidden", "group_started", "group_ended", "precondition_failed"}},
        [](GroupService& service, Call<GroupPatch> call) {
            return service.update(call.principal.user, GroupId{call.id}, std::move(call.body), call.expected_version);
        });
    rows.add({.method = Method::del,
              .path = "/api/v1/groups/{id}",
              .summary = "Cancel a scheduled group or end a running one. Only for its host.",
              .errors = {"forbidden", "group_ended", "precondition_failed"}},
             [](GroupService& service, Call<> call) {
                 return service.cancel(call.principal.user, GroupId{call.id}, call.expected_version);
             });
    rows.add({.method = Method::post,
              .path = "/api/v1/groups/{id}/ticket",
              .summary = "Create a ticket that opens the group's socket once, within 30 seconds.",
              .priority = http::Priority::first,
              .creates = true,
              .errors = {"group_full", "group_ended"},
              .holds_secrets = true},
             [](GroupService& service, Call<> call) {
                 return service.issue_ticket(std::move(call.principal), GroupId{call.id});
             });
    rows.add({.method = Method::get,
              .path = "/api/v1/groups/{id}/live",
              .access = Access::anyone,  // socket admission checks a ticket or an access token
              .summary = "Open the group's WebSocket with a ticket or an access token.",
              .limit = LimitClass::socket,
              .priority = http::Priority::first,
              .errors = {"invalid_ticket", "origin_not_allowed"},
              .websocket = true,
              .drain_message = &drain_message},
             [](SocketAdmission& admission, Call<http::None, LiveQuery, LiveFields> call) {
                 return admission.open(socket_request_of(call));
             });
    return rows;
}

}  // namespace mindspace::meditation
