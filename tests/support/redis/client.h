#pragma once
// For tests of the client: a separate Redis server, and commands that run concurrently.

#include "platform/base/result.h"
#include "platform/redis/connection/client.h"
#include "support/redis/calls.h"
#include "support/redis/server.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace mindspace::redis {

// The result of a concurrent command.
struct Outcome {
    bool is_done = false;
    bool is_unavailable = false;
    std::string reply;
};

Awaitable<> record(Client& client, Words words, Outcome& outcome);
std::size_t count_unavailable(const std::vector<Outcome>& outcomes);

class ClientTest : public testing::Test {
protected:
    ClientOptions options() const {
        ClientOptions options;
        options.socket_path = server_.socket_path();
        options.connect_timeout = options.command_timeout = Milliseconds(4000);
        return options;
    }

    void start(Client& client) {
        client.start();
        ASSERT_TRUE(run_until(io_, [&] { return client.is_up(); }));
    }

    Value call(Client& client, Words words) { return run_task(io_, send(client, std::move(words))); }

    // Starts a command; its result goes to `outcome`.
    void begin(Client& client, Words words, Outcome& outcome) {
        asio::co_spawn(io_, record(client, std::move(words), outcome), [](std::exception_ptr) {});
    }

    TestServer server_;
    asio::io_context io_;
};

}  // namespace mindspace::redis
