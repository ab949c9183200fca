#pragma once
// Which listeners each channel has, and on which connection it is subscribed: the state of a subscriber. Channels are
// sharded (SSUBSCRIBE): in a cluster each belongs to the node that owns its slot, and messages pass only there. A
// single server serves all of them. Never waits. Used by the thread of the io_context only.

#include "platform/redis/cluster/hash_slot.h"
#include "platform/redis/connection/connection.h"
#include "platform/redis/connection/options.h"
#include "platform/redis/connection/resp.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace mindspace::redis {

class Cluster;

struct Listener {
    std::string channel;
    std::function<void(std::string_view payload)> handler;
    bool is_active = true;
};

class Channels {
public:
    // In a cluster: the source of the nodes. Without this there is one server, with an empty address.
    void set_cluster(std::weak_ptr<Cluster> cluster) { cluster_ = std::move(cluster); }

    // A channel stays subscribed in Redis as long as it has a listener here.
    void add(std::shared_ptr<Listener> listener);
    void remove(const std::shared_ptr<Listener>& listener);

    // From now on the node's channels use `connection`; existing ones are subscribed immediately.
    void attach(const Address& node, const std::shared_ptr<Connection>& connection);
    // Subscribes every channel on its current node, unless it is subscribed there already. Returns the connections that
    // got new subscriptions.
    std::vector<std::shared_ptr<Connection>> settle();
    // As Connection::OnPush.
    void on_push(Connection& connection, const Value& push);

    // The connection on which the channel's SSUBSCRIBE was sent; null if it could not be sent or has been lost.
    [[nodiscard]] std::shared_ptr<Connection> connection_of(const std::string& channel) const;
    // True once Redis has confirmed the subscription, and until it is lost.
    [[nodiscard]] bool is_confirmed(const std::string& channel) const;

private:
    struct Channel {
        Slot slot = 0;
        std::vector<std::shared_ptr<Listener>> listeners;
        std::weak_ptr<Connection> connection;
        bool is_confirmed = false;

        [[nodiscard]] bool is_on(const Connection& other) const { return connection.lock().get() == &other; }
        void forget_connection();
    };

    [[nodiscard]] std::shared_ptr<Connection> find_owner(Slot slot) const;
    static void move(const std::string& name, Channel& channel, const std::shared_ptr<Connection>& owner);
    void deliver(const std::string& channel, std::string_view payload) const;
    void lose(Connection& connection, const std::string& channel);
    void on_error(const Connection& connection, const Value& error);

    std::weak_ptr<Cluster> cluster_;
    std::map<Address, std::weak_ptr<Connection>> connections_;
    std::unordered_map<std::string, Channel> channels_;
};

}  // namespace mindspace::redis
