#pragma once
// The endpoints of a service, declared once: with the service they are served; without it, in a gateway, the rows are
// enough to forward and describe them.
//
//     EndpointTable<AuthService> rows;
//     rows.add({.method = Method::post, .path = "/api/v1/auth/login", .summary = "Log in."},
//              [](AuthService& auth, Call<Login> call) { return auth.login(std::move(call.body)); });
//     rows.serve(auth);      // Endpoints
//     rows.declarations();   // the same rows, to forward or describe them

#include "platform/http/api/endpoint.h"

#include <functional>
#include <tuple>
#include <utility>
#include <vector>

namespace mindspace::http {

// A handler that takes its service as first argument, bound to that service.
template <class Service, class Handler, class Argument, class Outcome>
struct BoundHandler {
    Service& service;
    Handler handler;
    Outcome operator()(Argument call) const { return handler(service, std::move(call)); }
};

// Makes the handler of a row callable: as it is, or bound to the service that is its first argument.
template <class Function>
struct RowTraits;
template <class F, class Argument, class Outcome>
struct RowTraits<Outcome (F::*)(Argument) const> {
    using Bound = F;
    template <class... Services>
    static Bound bind(const F& handler, const std::tuple<Services&...>&) {
        return handler;
    }
};
template <class F, class Service, class Argument, class Outcome>
struct RowTraits<Outcome (F::*)(Service&, Argument) const> {
    using Bound = BoundHandler<Service, F, Argument, Outcome>;
    template <class... Services>
    static Bound bind(const F& handler, const std::tuple<Services&...>& services) {
        return {std::get<Service&>(services), handler};
    }
};

// Services: those that the handlers call, each listed once.
template <class... Services>
class EndpointTable {
public:
    // The handler takes one of the services first, or none, and then the Call; otherwise like those of endpoint().
    template <class Handler>
    void add(Declaration declaration, Handler handler) {
        using Traits = RowTraits<decltype(&Handler::operator())>;
        auto declared = declare<HandlerTraits<typename Traits::Bound>>(declaration);
        auto serve = [declaration = std::move(declaration), handler](const std::tuple<Services&...>& services) {
            return endpoint(declaration, Traits::bind(handler, services));
        };
        rows_.push_back({.declared = std::move(declared), .serve = std::move(serve)});
    }

    // Adds all rows of a table with a subset of the services.
    template <class... Some>
    void add(EndpointTable<Some...> table) {
        for (auto& row : table.rows_) {
            auto serve = [serve = std::move(row.serve)](const std::tuple<Services&...>& services) {
                return serve(std::tuple<Some&...>(std::get<Some&>(services)...));
            };
            rows_.push_back({.declared = std::move(row.declared), .serve = std::move(serve)});
        }
    }

    [[nodiscard]] DeclaredEndpoints declarations() const {
        DeclaredEndpoints all;
        for (const auto& row : rows_) all.push_back(row.declared);
        return all;
    }

    // The services must outlive the endpoints.
    [[nodiscard]] Endpoints serve(Services&... services) const {
        Endpoints all;
        for (const auto& row : rows_) all.push_back(row.serve(std::tuple<Services&...>(services...)));
        return all;
    }

private:
    template <class...>
    friend class EndpointTable;

    struct Row {
        DeclaredEndpoint declared;
        std::function<Endpoint(const std::tuple<Services&...>&)> serve;
    };
    std::vector<Row> rows_;
};

}  // namespace mindspace::http
