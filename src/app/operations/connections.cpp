#include "app/operations/connections.h"

#include "app/core.h"

namespace mindspace::app {

namespace {

struct Connections {
    std::vector<meditation::NodeCount> nodes;
    Timestamp as_of{};

    static constexpr std::string_view kName = "Connections";
    static constexpr auto fields() {
        return std::tuple{schema::field("nodes", &Connections::nodes), schema::field("asOf", &Connections::as_of)};
    }
};

Awaitable<Result<Connections>> read(Core& core) {
    auto nodes = co_await core.connection_stats->read();
    co_return Connections{.nodes = std::move(nodes), .as_of = SystemClock{}.now()};
}

}  // namespace

http::Endpoints connections_endpoints(Core& core) {
    http::Endpoints rows;
    if (!core.connection_stats) return rows;
    rows.push_back(http::endpoint({.method = http::Method::get,
                                   .path = "/connections",
                                   .access = http::Access::anyone,
                                   .summary = "The sockets of each process, and its largest rooms.",
                                   .limit = http::LimitClass::none,
                                   .hidden = true},
                                  [&core](http::Call<>) { return read(core); }));
    return rows;
}

}  // namespace mindspace::app
