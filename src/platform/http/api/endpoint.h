#pragma once
// An endpoint is declared once, as one row: method, path, access, types, handler, sentence. Routing, validation,
// authentication, metrics labels and the OpenAPI document follow from it.
//
//     endpoint({.method = Method::get, .path = "/livez", .access = Access::anyone, .summary = "Whether it runs."},
//              [&health](Call<> call) { return health.find(); })
//
// Endpoints of a service, which other processes describe without having the service, are rows of an endpoint_table.h.
// The handler takes a Call<Body, Query> and returns Awaitable<Result<Out>>. It must not be a coroutine with captures;
// it calls one. Out is a schema type (its JSON is the response), void (204, or the declared status without a body) or
// Response (sent as it is).

#include "platform/http/access/rate_limit.h"
#include "platform/http/api/exchange.h"
#include "platform/http/api/priority.h"
#include "platform/http/api/problem.h"
#include "platform/http/wire/response.h"
#include "platform/json/schema.h"

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace mindspace::http {

struct None {};  // no body, no query parameters, or no fields

// The arguments of a handler, which owns them. Fields is what it needs of the request's head: a type with
// `static Fields of(const RequestHead&)`, which copies.
template <class Body = None, class Query = None, class Fields = None>
struct Call {
    Principal principal;
    ClientInfo client;
    Uuid id;  // the path's {id}, if it has one
    Body body;
    Query query;
    Fields fields;
    std::optional<std::int32_t> expected_version;  // named by If-Match; the handler's statement compares it
};

struct Declaration {
    Method method;
    std::string_view path;  // "/api/v1/sessions/{id}": at most one parameter, always an id
    Access access = Access::user;
    std::string_view summary;
    int success = 0;  // 0: 200 with a body, 204 without
    LimitClass limit = LimitClass::by_method;
    Priority priority = Priority::usual;
    bool cached = false;                     // usually served without the database: its queue does not count
    bool creates = false;                    // takes an Idempotency-Key
    std::size_t max_body = kSmallBody;       // bytes; above: 413, before more is read
    std::vector<std::string_view> errors{};  // codes specific to this endpoint, for the OpenAPI document
    bool holds_secrets = false;              // in its responses, such as tokens: never compressed
    std::string_view cache_control{};        // of a successful response; default: it is not stored, or, with an ETag,
                                             // validated before each use
    std::string_view produces{};             // the media type of a handler that returns Response
    bool websocket = false;                  // opens a socket: the handshake is checked before the handler
    DrainMessage drain_message = nullptr;    // the last message on the socket when a forwarding server drains
    bool hidden = false;                     // left out of the OpenAPI document
    bool health = false;                     // needs no signature where only gateways may call
    bool catch_all = false;  // also serves GET of paths below none of the endpoints' first segments, for
                             // clients that accept web pages
};

// How the OpenAPI document describes the types.
struct TypeDescriptions {
    using Describe = void (*)(JsonWriter&, schema::Components&);
    Describe body = nullptr;
    bool body_required = false;
    Describe response = nullptr;
    void (*query)(JsonWriter&, schema::Components&) = nullptr;  // writes the elements of "parameters"
    bool sets_cookie = false;
};

// What a router, a gateway and the API's description need, wherever the endpoint is served.
struct DeclaredEndpoint {
    Declaration declaration;
    TypeDescriptions types;
};

using DeclaredEndpoints = std::vector<DeclaredEndpoint>;

// An endpoint that is served here.
struct Endpoint : DeclaredEndpoint {
    std::function<Awaitable<Response>(Exchange&)> handle;
    std::size_t index = 0;   // the row's position in its router
    bool forwarded = false;  // another process handles it, and stores responses for an Idempotency-Key
};

using Endpoints = std::vector<Endpoint>;

// A type whose responses carry an ETag.
template <class T>
concept Versioned = requires(const T& value) {
    { value.etag() } -> std::convertible_to<std::string>;
};

// A type whose responses may set a cookie.
template <class T>
concept SetsCookie = requires(T& value) {
    { value.set_cookie } -> std::same_as<std::optional<std::string>&>;
};

// A body whose `id` the client may choose, or, if `id` is not one of its fields, only by the Idempotency-Key's claim.
template <class T>
concept NamesItself = requires(T body) {
    body.id.emplace(Uuid{});
    { body.id.has_value() } -> std::same_as<bool>;
};

// ---- from here on: how a declaration becomes a function of the exchange

// The query string as decoded pairs. Error: malformed (`malformed_query`).
Result<schema::QueryPairs> parse_query(std::string_view query);
// 415 unless the body is JSON (or, for PATCH, a merge patch).
std::optional<Response> refuse_media_type(const Exchange& exchange);
// The versions that If-Match names, to be tried in order; a single empty one without If-Match or for "*".
// Empty if no version can match.
std::vector<std::optional<std::int32_t>> expected_versions(const RequestHead& head);

template <class F>
struct HandlerTraits : HandlerTraits<decltype(&F::operator())> {};
template <class F, class Body_, class Query_, class Fields_, class Out_>
struct HandlerTraits<Awaitable<Result<Out_>> (F::*)(Call<Body_, Query_, Fields_>) const> {
    using Body = Body_;
    using Query = Query_;
    using Fields = Fields_;
    using Out = Out_;
};

inline constexpr std::string_view kRevalidate = "private, no-cache";

// What an endpoint stores between calls, on its core.
template <class Handler>
struct EndpointState {
    Handler handler;
    int success = 0;
    std::string_view cache_control;
    std::size_t last_size = 0;  // of the last response: reserved for the next one
};

template <class Out, class Handler>
Response respond(const Exchange& exchange, EndpointState<Handler>& state, Result<Out>& outcome) {
    if (!outcome) return problem(outcome.error(), exchange.request_id);
    if constexpr (std::is_void_v<Out>) {
        return Response{.status = state.success != 0 ? state.success : 204, .body = {}};
    } else if constexpr (std::is_same_v<Out, Response>) {
        return std::move(*outcome);
    } else {
        Response response{.status = state.success != 0 ? state.success : 200, .body = {}};
        auto cache_control = state.cache_control;
        if constexpr (Versioned<Out>) {
            response.headers.emplace_back("ETag", outcome->etag());
            if (cache_control.empty()) cache_control = kRevalidate;
        }
        if constexpr (SetsCookie<Out>)
            if (outcome->set_cookie) response.headers.emplace_back("Set-Cookie", std::move(*outcome->set_cookie));
        if (!cache_control.empty()) response.headers.emplace_back("Cache-Control", cache_control);
        response.body.reserve(state.last_size);
        JsonWriter out(response.body);
        schema::Type<Out>::write(out, *outcome);
        state.last_size = response.body.size();
        return response;
    }
}

template <class Handler>
Awaitable<Response> invoke(EndpointState<Handler>& state, Exchange& exchange) {
    using Traits = HandlerTraits<Handler>;
    using Body = typename Traits::Body;
    using Query = typename Traits::Query;
    using Fields = typename Traits::Fields;
    Call<Body, Query, Fields> call{.principal = exchange.principal,
                                   .client = exchange.client,
                                   .id = exchange.id.value_or(Uuid{}),
                                   .body = {},
                                   .query = {},
                                   .fields = {},
                                   .expected_version = {}};
    if constexpr (!std::is_same_v<Fields, None>) call.fields = Fields::of(exchange.head);
    if constexpr (std::is_same_v<Query, None>) {
        if (!exchange.head.query.empty()) {
            auto pairs = parse_query(exchange.head.query);
            if (!pairs) co_return problem(pairs.error(), exchange.request_id);
            schema::Faults faults;
            for (const auto& pair : *pairs)
                faults.add_parameter(pair.first, "unknown_parameter", "is not a parameter of this endpoint");
            if (!pairs->empty()) co_return problem(schema::validation_failed(std::move(faults)), exchange.request_id);
        }
    } else {
        auto pairs = parse_query(exchange.head.query);
        if (!pairs) co_return problem(pairs.error(), exchange.request_id);
        auto query = schema::from_query<Query>(*pairs);
        if (!query) co_return problem(query.error(), exchange.request_id);
        call.query = std::move(*query);
    }
    if constexpr (!std::is_same_v<Body, None>) {
        if (!schema::may_be_empty<Body>() || !exchange.body.empty()) {
            if (auto refusal = refuse_media_type(exchange)) co_return std::move(*refusal);
            auto body =
                co_await exchange.work_on_body([](std::string_view text) { return schema::from_json<Body>(text); });
            if (!body) co_return problem(body.error(), exchange.request_id);
            call.body = std::move(*body);
        }
        if constexpr (NamesItself<Body>)
            if (!call.body.id && exchange.creation_id) call.body.id.emplace(*exchange.creation_id);
    }
    if (exchange.head.method == Method::get || exchange.head.method == Method::head) {
        auto outcome = co_await state.handler(std::move(call));
        co_return respond(exchange, state, outcome);
    }
    const auto versions = expected_versions(exchange.head);
    if (versions.empty()) co_return problem(precondition_failed(), exchange.request_id);
    // A handler that finds another version has changed nothing, so the next version can be tried.
    for (std::size_t i = 0; i + 1 < versions.size(); ++i) {
        auto attempt = call;
        attempt.expected_version = versions[i];
        auto outcome = co_await state.handler(std::move(attempt));
        const bool is_another = !outcome && outcome.error().code == ErrorCode::precondition_failed;
        if (!is_another) co_return respond(exchange, state, outcome);
    }
    call.expected_version = versions.back();
    auto outcome = co_await state.handler(std::move(call));
    co_return respond(exchange, state, outcome);
}

template <schema::Object Query>
void describe_query(JsonWriter& out, schema::Components& components) {
    auto parameter = [&]<class M>(const schema::Field<Query, M>& f) {
        out.begin_object();
        out.key("name");
        out.string(f.name);
        out.key("in");
        out.string("query");
        out.key("required");
        out.boolean(!schema::may_be_absent<M>(f.rules));
        out.key("schema");
        schema::Type<M>::describe(out, f.rules, components);
        out.end_object();
    };
    std::apply([&](const auto&... f) { (parameter(f), ...); }, Query::fields());
}

template <class T>
void describe_type(JsonWriter& out, schema::Components& components) {
    schema::Type<T>::describe(out, schema::Rules{}, components);
}

// What follows from a handler's types.
template <class Traits>
DeclaredEndpoint declare(Declaration declaration) {
    if constexpr (!std::is_same_v<typename Traits::Body, None>)
        static_assert(schema::declares_texts<typename Traits::Body>());
    if constexpr (!std::is_same_v<typename Traits::Query, None>)
        static_assert(schema::declares_texts<typename Traits::Query>());
    DeclaredEndpoint row{.declaration = std::move(declaration), .types = {}};
    if constexpr (!std::is_same_v<typename Traits::Body, None>) {
        row.types.body = &describe_type<typename Traits::Body>;
        row.types.body_required = !schema::may_be_empty<typename Traits::Body>();
    }
    if constexpr (!std::is_same_v<typename Traits::Query, None>)
        row.types.query = &describe_query<typename Traits::Query>;
    if constexpr (!std::is_void_v<typename Traits::Out> && !std::is_same_v<typename Traits::Out, Response>)
        row.types.response = &describe_type<typename Traits::Out>;
    row.types.sets_cookie = SetsCookie<typename Traits::Out>;
    return row;
}

template <class Handler>
Endpoint endpoint(Declaration declaration, Handler handler) {
    auto declared = declare<HandlerTraits<Handler>>(std::move(declaration));
    auto state = std::make_shared<EndpointState<Handler>>(std::move(handler), declared.declaration.success,
                                                          declared.declaration.cache_control);
    auto handle = [state = std::move(state)](Exchange& exchange) { return invoke(*state, exchange); };
    return {std::move(declared), std::move(handle)};
}

}  // namespace mindspace::http
