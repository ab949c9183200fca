#include "platform/redis/pubsub/subscriber.h"

#include "platform/async/sleep.h"
#include "platform/base/result.h"
#include "platform/redis/cluster/cluster.h"
#include "platform/redis/connection/connection.h"
#include "platform/redis/connection/reconnector.h"
#include "platform/redis/pubsub/channels.h"

#include <chrono>
#include <utility>
#include <vector>

namespace mindspace::redis {

namespace {

using std::chrono::steady_clock;
using OnGap = std::shared_ptr<std::function<void()>>;
using Connections = std::vector<std::shared_ptr<Connection>>;

constexpr Milliseconds kMoveCheckInterval{20};  // how often a channel that moves between nodes is checked

// Redis replies to PING after all earlier commands, so the replies to the subscriptions have arrived, too.
Awaitable<> wait_for_pong(Connection& connection) {
    std::vector<std::string_view> ping{"PING"};
    Awaitable<Value> pong = connection.command(std::move(ping));
    co_await std::move(pong);
}

Awaitable<> resubscribe(std::shared_ptr<Channels> channels, Address node, std::shared_ptr<Connection> connection,
                        OnGap on_gap) {
    channels->attach(node, connection);
    co_await wait_for_pong(*connection);
    (*on_gap)();
}

Awaitable<> announce_moves(Connections changed, OnGap on_gap) {
    try {
        for (const auto& connection : changed) co_await wait_for_pong(*connection);
    } catch (const Unavailable&) {
        // The connection is lost; the next one reports the gap, for all channels together.
    }
    (*on_gap)();
}

// `channels` own the hooks that call this, through the cluster, so they are alive.
void settle(TaskGroup& tasks, Channels& channels, const OnGap& on_gap) {
    Connections changed = channels.settle();
    if (changed.empty()) return;
    tasks.spawn(announce_moves(std::move(changed), on_gap));
}

}  // namespace

Subscription::Subscription(std::weak_ptr<Channels> channels, std::shared_ptr<Listener> listener)
    : channels_(std::move(channels)), listener_(std::move(listener)) {}

Subscription::~Subscription() {
    end();
}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    if (this == &other) return *this;
    end();
    channels_ = std::move(other.channels_);
    listener_ = std::move(other.listener_);
    return *this;
}

void Subscription::end() {
    if (auto channels = channels_.lock()) channels->remove(listener_);
}

Subscriber::Subscriber(asio::io_context& io, ClientOptions options)
    : stats_(std::make_shared<ClientStats>()),
      channels_(std::make_shared<Channels>()),
      on_gap_(std::make_shared<std::function<void()>>([] {})),
      command_timeout_(options.command_timeout),
      tasks_(io) {
    auto channels = channels_;
    auto gap = on_gap_;
    Connection::OnPush on_push = [channels](Connection& connection, const Value& push) {
        channels->on_push(connection, push);
    };
    if (options.is_cluster()) {
        cluster_ = std::make_shared<Cluster>(io, std::move(options), stats_);
        cluster_->set_hooks({.prepare =
                                 [channels, gap](Address node, Connection& connection) {
                                     return resubscribe(channels, std::move(node), connection.shared_from_this(), gap);
                                 },
                             .on_push = std::move(on_push),
                             .on_mapped = [this, channels, gap] { settle(tasks_, *channels, gap); }});
        channels_->set_cluster(cluster_);
        return;
    }
    reconnector_ = std::make_shared<Reconnector>(io, std::move(options), stats_, std::move(on_push));
    reconnector_->set_prepare([channels, gap](Connection& connection) {
        return resubscribe(channels, Address(), connection.shared_from_this(), gap);
    });
}

Subscriber::~Subscriber() {
    stop();
}

void Subscriber::on_gap(std::function<void()> handler) {
    *on_gap_ = std::move(handler);
}

void Subscriber::start() {
    cluster_ ? cluster_->start() : reconnector_->start();
}

void Subscriber::stop() {
    tasks_.cancel();
    cluster_ ? cluster_->stop() : reconnector_->stop();
}

bool Subscriber::is_up() const {
    return cluster_ ? cluster_->is_up() : reconnector_->is_up();
}

Subscription Subscriber::subscribe(std::string channel, OnMessage handler) {
    auto listener = std::make_shared<Listener>(std::move(channel), std::move(handler));
    channels_->add(listener);
    return Subscription(channels_, std::move(listener));
}

Awaitable<> Subscriber::confirmed(std::string channel) {
    // The subscriber may be destroyed while this waits.
    auto channels = channels_;
    auto cluster = cluster_;
    auto reconnector = reconnector_;
    auto deadline = steady_clock::now() + command_timeout_;
    while (true) {
        if (auto connection = channels->connection_of(channel)) {
            co_await wait_for_pong(*connection);
            if (channels->is_confirmed(channel)) co_return;
        } else {
            // Not sent, because the node is down or the channel is moving.
            if (cluster) {
                reconnector = cluster->reconnector_of(cluster->owner_of(hash_slot(channel)));
                co_await reconnector->settled();
            }
            static_cast<void>(reconnector->connection());  // throws unless it is up
        }
        if (steady_clock::now() >= deadline) throw Unavailable("redis: the subscription is not confirmed");
        co_await sleep_for(kMoveCheckInterval);
    }
}

const ClientStats& Subscriber::stats() const {
    return *stats_;
}

}  // namespace mindspace::redis
