// Echoes every WebSocket message, on the product's own server and connection, as a target for conformance suites
// (Autobahn). Not part of the product; tests/README.md describes its use.
//
//     websocket_echo [--compress] [PORT]      prints the port, and runs until it is killed
//
// /echo accepts messages of any kind up to 32 MiB; /small has the limits of room sockets.

#include "platform/http/server/server.h"
#include "platform/http/websocket/socket.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace mindspace {
namespace {

constexpr http::WebSocketLimits kWide{.max_message = 32 * 1024 * 1024,
                                      .max_queued = 64 * 1024 * 1024,
                                      .max_queued_frames = 100'000,
                                      .takes_binary = true};
constexpr http::WebSocketLimits kUsual{};

Awaitable<> echo(std::shared_ptr<http::WebSocket> socket, const http::WebSocketLimits& limits) {
    socket->set_limits(limits);
    while (true) {
        auto message = co_await socket->receive();
        if (!message) co_return;
        const auto kind = message->is_binary ? http::Opcode::binary : http::Opcode::text;
        socket->send(std::make_shared<const http::MessageFrame>(kind, message->payload));
    }
}

Awaitable<Result<http::Response>> open(const http::WebSocketLimits& limits) {
    http::Response response{.status = 101, .body = {}};
    response.upgrade = [&limits](std::shared_ptr<http::WebSocket> socket) { return echo(std::move(socket), limits); };
    co_return response;
}

http::Endpoint row(std::string_view path, const http::WebSocketLimits& limits) {
    return http::endpoint({.method = http::Method::get,
                           .path = path,
                           .access = http::Access::anyone,
                           .summary = "Gives messages back.",
                           .limit = http::LimitClass::none,
                           .websocket = true},
                          [&limits](http::Call<>) { return open(limits); });
}

void run(std::uint16_t port, bool compress) {
    asio::io_context loop(1);
    http::Endpoints rows;
    rows.push_back(row("/echo", kWide));
    rows.push_back(row("/small", kUsual));
    http::BoundPort bound("127.0.0.1", port, 1);
    http::Server server(loop, {.compresses_websockets = compress}, std::move(rows), {});
    server.bind(bound);
    server.start();
    std::cout << bound.number() << std::endl;  // NOLINT(performance-avoid-endl): the parent process waits for it
    loop.run();
}

}  // namespace
}  // namespace mindspace

int main(int count, char** arguments) {
    bool compress = false;
    std::uint16_t port = 0;
    for (int i = 1; i < count; ++i) {
        const std::string_view argument = arguments[i];
        if (argument == "--compress")
            compress = true;
        else
            port = static_cast<std::uint16_t>(std::atoi(arguments[i]));
    }
    mindspace::run(port, compress);
}
