#pragma once
// The Redis client of one core: one pipelined connection, kept up, or one to each node of a cluster. Everything but
// stats() is called on the thread of its io_context. Commands that occupy or change a connection (BLPOP, MULTI,
// SUBSCRIBE, SELECT) do not belong here; pub/sub is in subscriber.h.
//
// All keys of one command or script lie in one slot (hash_slot.h: give them the same hash tag), whatever server it is
// written for: else std::logic_error, on a single server only where assertions are on.

#include "platform/async/awaitable.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/resp.h"
#include "platform/redis/connection/stats.h"
#include "platform/redis/scripts/script.h"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace mindspace::redis {

class Cluster;
class Connection;
class Link;

class Client {
public:
    Client(asio::io_context& io, ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Runs on every new connection before it is used, and has that connection to itself: everybody else's commands
    // still fail. If it throws, the connection is dropped and tried again. Set before start().
    void on_connected(std::function<Awaitable<>(Connection&)> hook);
    // Connects, and after every loss again, until stop(). Called once.
    void start();
    // Pending commands throw Unavailable before this returns; those that wait to try another node of a cluster soon
    // after. Final.
    void stop();
    // In a cluster: each slot has a node, and all these are connected.
    [[nodiscard]] bool is_up() const;

    // Sends one command; returns its reply. The texts are borrowed until the call has been awaited.
    // Throws Unavailable at once if Redis is down or too many commands are pending, later if the connection is
    // lost, the reply takes longer than command_timeout, or Redis says that it cannot serve (LOADING, READONLY, …);
    // then it is unknown whether the command was executed. Throws CommandError for any other error reply.
    // A caller that is cancelled goes at once; the command is executed all the same. In a cluster a node that refuses a
    // command for the moment is tried again for command_timeout, and the last try may take as long once more.
    Awaitable<Value> command(std::vector<std::string_view> args);
    // EVALSHA, and where Redis does not know the script, EVAL once. Script, keys and arguments are borrowed until
    // the call returns. Throws as command().
    Awaitable<Value> run(const Script& script, Arguments keys, Arguments args);

    // Readable from any thread while the client lives.
    [[nodiscard]] const ClientStats& stats() const;

private:
    std::shared_ptr<ClientStats> stats_;
    std::shared_ptr<Link> link_;        // to a single server
    std::shared_ptr<Cluster> cluster_;  // or else
};

}  // namespace mindspace::redis
