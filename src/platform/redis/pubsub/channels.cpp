#include "platform/redis/pubsub/channels.h"

#include "platform/base/result.h"
#include "platform/redis/cluster/cluster.h"
#include "platform/redis/connection/error_reply.h"

#include <algorithm>
#include <array>
#include <utility>

namespace mindspace::redis {

namespace {

void send(Connection& connection, std::string_view command, std::string_view channel) {
    std::array<std::string_view, 2> args{command, channel};
    connection.send(args);
}

bool is_open(const std::shared_ptr<Connection>& connection) {
    return connection && !connection->is_closed();
}

}  // namespace

void Channels::Channel::forget_connection() {
    connection.reset();
    is_confirmed = false;
}

void Channels::add(std::shared_ptr<Listener> listener) {
    auto [entry, is_new] = channels_.try_emplace(listener->channel);
    auto& [name, channel] = *entry;
    channel.listeners.push_back(std::move(listener));
    if (!is_new) return;
    channel.slot = hash_slot(name);
    if (auto owner = find_owner(channel.slot)) move(name, channel, owner);
}

void Channels::remove(const std::shared_ptr<Listener>& listener) {
    listener->is_active = false;
    auto entry = channels_.find(listener->channel);
    auto& [name, channel] = *entry;
    std::erase(channel.listeners, listener);
    if (!channel.listeners.empty()) return;
    if (auto connection = channel.connection.lock()) send(*connection, "SUNSUBSCRIBE", name);
    channels_.erase(entry);
}

void Channels::attach(const Address& node, const std::shared_ptr<Connection>& connection) {
    std::erase_if(connections_, [](const auto& entry) { return entry.second.expired(); });
    connections_[node] = connection;
    for (auto& [name, channel] : channels_) {
        if (find_owner(channel.slot) == connection) move(name, channel, connection);
    }
}

std::vector<std::shared_ptr<Connection>> Channels::settle() {
    std::vector<std::shared_ptr<Connection>> changed;
    for (auto& [name, channel] : channels_) {
        auto owner = find_owner(channel.slot);
        if (!owner || channel.is_on(*owner)) continue;
        move(name, channel, owner);
        if (std::ranges::find(changed, owner) == changed.end()) changed.push_back(std::move(owner));
    }
    return changed;
}

void Channels::move(const std::string& name, Channel& channel, const std::shared_ptr<Connection>& owner) {
    if (auto former = channel.connection.lock()) send(*former, "SUNSUBSCRIBE", name);
    channel.forget_connection();
    channel.connection = owner;
    send(*owner, "SSUBSCRIBE", name);
}

void Channels::on_push(Connection& connection, const Value& push) {
    if (push.is_error()) return on_error(connection, push);
    if (push.size() != 3) return;
    const std::string& kind = push.at(0).as_string();
    if (kind == "smessage") return deliver(push.at(1).as_string(), push.at(2).as_string());
    if (kind == "sunsubscribe" && !push.at(1).is_null()) return lose(connection, push.at(1).as_string());
    if (kind != "ssubscribe") return;
    auto entry = channels_.find(push.at(1).as_string());
    if (entry != channels_.end() && entry->second.is_on(connection)) entry->second.is_confirmed = true;
}

void Channels::deliver(const std::string& channel, std::string_view payload) const {
    auto entry = channels_.find(channel);
    if (entry == channels_.end()) return;  // unsubscribed while the message was in flight
    // A copy, for handlers that subscribe and unsubscribe.
    std::vector<std::shared_ptr<Listener>> listeners = entry->second.listeners;
    for (const auto& listener : listeners) {
        if (listener->is_active) listener->handler(payload);
    }
}

// Redis ends the subscriptions of a slot that it gives away. The push looks like the reply to a SUNSUBSCRIBE, but for
// that reply the channel is already removed here, or subscribed again and not confirmed yet.
void Channels::lose(Connection& connection, const std::string& channel) {
    auto entry = channels_.find(channel);
    if (entry == channels_.end() || !entry->second.is_on(connection) || !entry->second.is_confirmed) return;
    entry->second.forget_connection();
    auto cluster = cluster_.lock();
    if (!cluster) throw ProtocolError("redis: a subscription has ended");
    cluster->refresh_soon();  // which calls settle()
}

// An error reply to SSUBSCRIBE. Redirections name the slot, not the channel. After any other error a new connection
// starts from scratch, after a pause.
void Channels::on_error(const Connection& connection, const Value& error) {
    auto redirection = parse_redirection(error);
    auto cluster = cluster_.lock();
    if (!redirection || !cluster) throw ProtocolError("redis: cannot subscribe: " + error.error());
    for (auto& [name, channel] : channels_) {
        if (channel.slot == redirection->slot && channel.is_on(connection)) channel.forget_connection();
    }
    cluster->refresh_soon();  // which calls settle()
}

std::shared_ptr<Connection> Channels::connection_of(const std::string& channel) const {
    auto entry = channels_.find(channel);
    if (entry == channels_.end()) return nullptr;
    auto connection = entry->second.connection.lock();
    return is_open(connection) ? connection : nullptr;
}

bool Channels::is_confirmed(const std::string& channel) const {
    auto entry = channels_.find(channel);
    return entry != channels_.end() && entry->second.is_confirmed && connection_of(channel);
}

// The open connection to the node that owns the slot; null if there is none at the moment.
std::shared_ptr<Connection> Channels::find_owner(Slot slot) const {
    Address node;
    if (auto cluster = cluster_.lock()) {
        const Address* owner = cluster->find_owner(slot);
        if (owner == nullptr) return nullptr;
        node = *owner;
    }
    auto found = connections_.find(node);
    if (found == connections_.end()) return nullptr;
    auto connection = found->second.lock();
    return is_open(connection) ? connection : nullptr;
}

}  // namespace mindspace::redis
