#include "services/meditation/rooms/live/connections_endpoint.h"

#include "services/meditation/rooms/live/connection_stats.h"

namespace mindspace::meditation {

namespace {

struct Connections {
    std::vector<NodeCount> nodes;
    Timestamp as_of{};

    static constexpr std::string_view kName = "Connections";
    static constexpr auto fields() {
        return std::tuple{schema::field("nodes", &Connections::nodes), schema::field("asOf", &Connections::as_of)};
    }
};

Awaitable<Result<Connections>> read(ConnectionStats& stats) {
    auto nodes = co_await stats.read();
    co_return Connections{.nodes = std::move(nodes), .as_of = SystemClock{}.now()};
}

}  // namespace

http::Endpoint connections_endpoint(ConnectionStats& stats) {
    return http::endpoint({.method = http::Method::get,
                           .path = "/connections",
                           .access = http::Access::anyone,
                           .summary = "List the open sockets of each process and its largest rooms.",
                           .limit = http::LimitClass::none,
                           .hidden = true},
                          [&stats](http::Call<>) { return read(stats); });
}

}  // namespace mindspace::meditation
