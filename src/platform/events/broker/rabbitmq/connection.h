#pragma once
// One blocking AMQP 0-9-1 connection to RabbitMQ (rabbitmq-c), and our queues there: for each consumer a quorum queue,
// bound to one topic exchange with the event's type as the routing key, and a second one for messages that were
// delivered too often. Belongs to one thread, except for cut(). Faults: Unavailable.

#include "platform/base/time.h"
#include "platform/events/broker/url.h"

#include <amqp.h>

#include <memory>
#include <mutex>
#include <string>

namespace mindspace::events::rabbitmq {

inline constexpr const char* kExchange = "mindspace.events";
inline constexpr int kDeliveryLimit = 5;  // how often the broker delivers a message before it dead-letters it

struct Options {
    BrokerUrl url;     // its path is the virtual host; empty: "/"
    std::string name;  // of the consumer
};

// The format of `rabbitmq.url`: amqp[s]://[user:password@]host[:port][,…][/vhost][?ca=FILE]. Several hosts are tried
// one after the other.
Result<BrokerUrl> parse_url(std::string_view url);

std::string queue_name(const Options& options);
std::string dead_queue_name(const Options& options);

amqp_bytes_t bytes_of(std::string_view text);
std::string_view view_of(amqp_bytes_t bytes);

class Connection {
public:
    explicit Connection(Options options) : options_(std::move(options)) {}
    ~Connection() { close(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Connects, opens that many channels (1, 2, …) and creates missing queues. Without heartbeats (zero) the owner need
    // not service an idle connection.
    void open(amqp_channel_t channels, Seconds heartbeat);
    void close();
    [[nodiscard]] bool is_open() const { return state_ != nullptr; }
    // May be called from any thread: shuts down the socket.
    void cut();

    [[nodiscard]] amqp_connection_state_t native() const { return state_.get(); }
    [[nodiscard]] const Options& options() const { return options_; }

    // On failure both close the connection and throw Unavailable.
    void require(int status, const char* what);
    void require(const amqp_rpc_reply_t& reply, const char* what);
    // Checks the broker's reply to the last call.
    void require_reply(const char* what) { require(amqp_get_rpc_reply(native()), what); }
    [[noreturn]] void fail(const std::string& why);

private:
    struct Destroy {
        void operator()(amqp_connection_state_t state) const { amqp_destroy_connection(state); }
    };
    void connect(const BrokerAddress& address);
    void log_in(Seconds heartbeat);
    void declare();

    Options options_;
    std::size_t next_address_ = 0;
    std::unique_ptr<amqp_connection_state_t_, Destroy> state_;
    std::mutex socket_mutex_;  // guards what cut() uses
    int socket_ = -1;
    bool is_cut_ = false;
};

}  // namespace mindspace::events::rabbitmq
