#include "platform/redis/cluster/command.h"

#include "platform/async/backoff.h"
#include "platform/base/result.h"
#include "platform/redis/cluster/cluster.h"
#include "platform/redis/cluster/command_slot.h"
#include "platform/redis/connection/error_reply.h"
#include "platform/redis/trace/command_span.h"

#include <boost/asio/this_coro.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace mindspace::redis {

namespace {

using std::chrono::steady_clock;
using Parts = std::array<Arguments, 3>;

constexpr int kMaxRedirections = 4;  // more only after a wait: the nodes disagree
constexpr Milliseconds kFirstWait{10};
constexpr Milliseconds kMaxWait{200};

Awaitable<Value> exchange(Cluster& cluster, Address node, Parts parts, AskingMode asking) {
    auto reconnector = cluster.reconnector_of(node);
    if (!reconnector->is_settled()) {
        Cluster::QueueClaim claim(cluster);
        co_await reconnector->settled();
    }
    try {
        Awaitable<Value> reply = reconnector->connection().exchange({parts[0], parts[1], parts[2]}, asking);
        co_return co_await std::move(reply);
    } catch (const Unavailable&) {
        cluster.refresh_soon();
        throw;
    }
}

Address node_for(Cluster& cluster, std::optional<Slot> slot) {
    return slot ? cluster.owner_of(*slot) : cluster.any_node();
}

// Returns the final reply. It may be an error, but not one that points to another node or asks to retry later.
Awaitable<Value> execute(Cluster& cluster, std::optional<Slot> slot, Parts parts) {
    const auto deadline = steady_clock::now() + cluster.options().command_timeout;
    Backoff backoff(kFirstWait, kMaxWait);
    std::optional<Address> ask_target;  // where ASK sends the next attempt, and only that one
    int redirections = 0;
    while (true) {
        AskingMode asking = ask_target ? AskingMode::yes : AskingMode::no;
        Address node = ask_target ? *std::exchange(ask_target, std::nullopt) : node_for(cluster, slot);
        Value reply = co_await exchange(cluster, node, parts, asking);
        auto redirection = parse_redirection(reply);
        if (redirection) {
            cluster.stats().redirections.add(1);
            Address& target = redirection->node;
            if (target.host.empty()) target.host = node.host;
            if (redirection->kind == Redirection::Kind::ask) {
                ask_target = std::move(target);
            } else {
                cluster.move_slot(redirection->slot, target);
            }
            if (++redirections <= kMaxRedirections) continue;
        } else if (!is_temporary(reply)) {
            co_return reply;
        }
        if (steady_clock::now() >= deadline) throw Unavailable("redis: " + reply.error());
        redirections = 0;
        ask_target.reset();
        cluster.refresh_soon();
        Cluster::QueueClaim claim(cluster);
        co_await backoff.pause();
    }
}

}  // namespace

Awaitable<Value> run_in_cluster(std::shared_ptr<Cluster> cluster, std::vector<std::string_view> args) {
    CommandSpan span(co_await asio::this_coro::executor, args.front());
    Parts parts{args};
    Value reply = checked(co_await execute(*cluster, slot_of_command(args), parts));
    span.end();
    co_return reply;
}

Awaitable<Value> run_in_cluster(std::shared_ptr<Cluster> cluster, const Script& script, Arguments keys,
                                Arguments args) {
    CommandSpan span(co_await asio::this_coro::executor, script);
    std::optional<Slot> slot = slot_of_keys(keys);
    std::string key_count = std::to_string(keys.size());
    std::array<std::string_view, 3> head{"EVALSHA", script.sha1, key_count};
    Parts parts{head, keys, args};
    Value reply = co_await execute(*cluster, slot, parts);
    if (is_unknown_script(reply)) {
        head = {"EVAL", script.source, key_count};  // also caches the script on that node
        reply = co_await execute(*cluster, slot, parts);
    }
    reply = checked(std::move(reply));
    span.end();
    co_return reply;
}

}  // namespace mindspace::redis
