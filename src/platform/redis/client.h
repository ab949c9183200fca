#pragma once
// The Redis client of one core: one pipelined connection, kept up. Everything but stats() is called on the thread
// of its io_context. Commands that occupy or change a connection (BLPOP, MULTI, SUBSCRIBE, SELECT) do not belong
// here; pub/sub is in subscriber.h.

#include "platform/base/async.h"
#include "platform/redis/options.h"
#include "platform/redis/resp.h"
#include "platform/redis/script.h"
#include "platform/redis/stats.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace mindspace::redis {

class Connection;
class Link;

class Client {
public:
    Client(asio::io_context& io, ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Runs on every new connection before is_up() turns true, and has that connection to itself: everybody else's
    // commands still fail. If it throws, the connection is dropped and tried again. Set before start().
    void on_connected(std::function<Awaitable<>(Connection&)> hook);
    // Connects, and after every loss again, until stop(). Called once.
    void start();
    // Pending commands throw Unavailable before this returns. Final.
    void stop();
    [[nodiscard]] bool is_up() const;

    // Sends one command; returns its reply. The texts are borrowed until the call has been awaited.
    // Throws Unavailable at once if Redis is down or too many commands are pending, later if the connection is
    // lost, the reply takes longer than command_timeout, or Redis says that it cannot serve (LOADING, READONLY, …);
    // then it is unknown whether the command was executed. Throws CommandError for any other error reply.
    // Not cancellable: it ends by itself within command_timeout.
    Awaitable<Value> command(std::vector<std::string_view> args);
    // EVALSHA, and where Redis does not know the script, EVAL once. Script, keys and arguments are borrowed until
    // the call returns. Throws as command().
    Awaitable<Value> run(const Script& script, Arguments keys, Arguments args);

    // Readable from any thread while the client lives.
    [[nodiscard]] const ClientStats& stats() const;

private:
    std::shared_ptr<Link> link_;
};

}  // namespace mindspace::redis
