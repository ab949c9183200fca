#pragma once
// The Redis client of one core: one pipelined connection, kept up, or one per node of a cluster. All functions except
// stats() are called on the thread of its io_context. Commands that occupy or change a connection (BLPOP, MULTI,
// SUBSCRIBE, SELECT) do not belong here; pub/sub is in subscriber.h.
//
// All keys of one command or script must be in one slot (hash_slot.h: give them the same hash tag), on any kind of
// server: otherwise std::logic_error, on a single server only if assertions are enabled.

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
class Reconnector;

class Client {
public:
    Client(asio::io_context& io, ClientOptions options);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Runs on every new connection before it is used, with exclusive use of it: all other commands still fail. If the
    // hook throws, the connection is closed and a new one attempted. Set before start().
    void on_connected(std::function<Awaitable<>(Connection&)> hook);
    // Connects, and reconnects after every loss, until stop(). Called once.
    void start();
    // Pending commands throw Unavailable before this returns; those that wait to retry on another node of a cluster
    // soon after. Final.
    void stop();
    // In a cluster: true if every slot has an owner and all owners are connected.
    [[nodiscard]] bool is_up() const;

    // Sends one command; returns its reply. The arguments are borrowed until the call has been awaited. Throws
    // Unavailable immediately if Redis is down or too many commands are pending; later if the connection is lost, the
    // reply takes longer than command_timeout, or Redis reports that it cannot serve (LOADING, READONLY, …): then it is
    // unknown whether the command was executed. Throws CommandError for any other error reply. A cancelled caller
    // returns immediately; the command is still executed. In a cluster, a command that a node temporarily rejects is
    // retried for command_timeout, and the last attempt may take as long again.
    Awaitable<Value> command(std::vector<std::string_view> args);
    // Sends EVALSHA, and if Redis does not know the script, EVAL once. Script, keys and arguments are borrowed until
    // the call returns. Throws as command().
    Awaitable<Value> run(const Script& script, Arguments keys, Arguments args);

    // Readable from any thread during the client's lifetime.
    [[nodiscard]] const ClientStats& stats() const;

private:
    std::shared_ptr<ClientStats> stats_;
    std::shared_ptr<Reconnector> reconnector_;  // to a single server
    std::shared_ptr<Cluster> cluster_;          // otherwise
};

}  // namespace mindspace::redis
