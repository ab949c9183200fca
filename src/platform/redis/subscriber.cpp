#include "platform/redis/subscriber.h"

#include "platform/redis/connection.h"
#include "platform/redis/link.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mindspace::redis {

struct Listener {
    std::string channel;
    Subscriber::OnMessage handler;
    bool is_active = true;
};

// Who listens to what. A channel is subscribed in Redis as long as it has a listener here.
class Channels {
public:
    void add(std::shared_ptr<Listener> listener) {
        auto [entry, is_new] = listeners_.try_emplace(listener->channel);
        entry->second.push_back(std::move(listener));
        if (is_new) send("SUBSCRIBE", entry->first);
    }

    void remove(const std::shared_ptr<Listener>& listener) {
        listener->is_active = false;
        auto entry = listeners_.find(listener->channel);
        std::erase(entry->second, listener);
        if (!entry->second.empty()) return;
        send("UNSUBSCRIBE", entry->first);
        listeners_.erase(entry);
    }

    // From now on subscriptions go to `connection`, those there are at once.
    void move_to(const std::shared_ptr<Connection>& connection) {
        connection_ = connection;
        for (const auto& [channel, listeners] : listeners_) send("SUBSCRIBE", channel);
    }

    // Pushes other than messages confirm what was sent and need no answer.
    void on_push(const Value& push) const {
        if (push.size() != 3 || push.at(0).as_string() != "message") return;
        auto entry = listeners_.find(push.at(1).as_string());
        if (entry == listeners_.end()) return;  // unsubscribed while the message was on its way
        // A copy, for handlers that subscribe and unsubscribe.
        std::vector<std::shared_ptr<Listener>> listeners = entry->second;
        for (const auto& listener : listeners) {
            if (listener->is_active) listener->handler(push.at(2).as_string());
        }
    }

private:
    void send(std::string_view command, std::string_view channel) const {
        std::array<std::string_view, 2> args{command, channel};
        if (auto connection = connection_.lock()) connection->send(args);
    }

    std::unordered_map<std::string, std::vector<std::shared_ptr<Listener>>> listeners_;
    std::weak_ptr<Connection> connection_;
};

namespace {

// Redis answers PING after everything that came before it: its reply confirms the subscriptions.
Awaitable<> wait_for_pong(Connection& connection) {
    std::vector<std::string_view> ping{"PING"};
    Awaitable<Value> pong = connection.command(std::move(ping));
    co_await std::move(pong);
}

Awaitable<> resubscribe(std::shared_ptr<Channels> channels, std::shared_ptr<Connection> connection,
                        std::function<void()> on_gap) {
    channels->move_to(connection);
    co_await wait_for_pong(*connection);
    on_gap();
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
    : channels_(std::make_shared<Channels>()),
      link_(std::make_shared<Link>(io, std::move(options),
                                   [channels = channels_](const Value& push) { channels->on_push(push); })) {
    on_gap([] {});
}

Subscriber::~Subscriber() {
    stop();
}

void Subscriber::on_gap(std::function<void()> handler) {
    link_->set_prepare([channels = channels_, handler = std::move(handler)](Connection& connection) {
        return resubscribe(channels, connection.shared_from_this(), handler);
    });
}

void Subscriber::start() {
    link_->start();
}

void Subscriber::stop() {
    link_->stop();
}

bool Subscriber::is_up() const {
    return link_->is_up();
}

Subscription Subscriber::subscribe(std::string channel, OnMessage handler) {
    auto listener = std::make_shared<Listener>(std::move(channel), std::move(handler));
    channels_->add(listener);
    return Subscription(channels_, std::move(listener));
}

Awaitable<> Subscriber::confirmed() {
    return wait_for_pong(link_->connection());
}

const ClientStats& Subscriber::stats() const {
    return link_->stats();
}

}  // namespace mindspace::redis
