#include "platform/events/broker/rabbitmq/connection.h"

#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <array>

namespace mindspace::events::rabbitmq {

namespace {

constexpr int kFrameMax = 131'072;

constexpr Milliseconds kConnectTimeout{3000};
constexpr Milliseconds kReplyTimeout{5000};

timeval to_timeval(Milliseconds time) {
    return {.tv_sec = time.count() / 1000, .tv_usec = (time.count() % 1000) * 1000};
}

amqp_table_entry_t entry(const char* key, std::string_view text) {
    amqp_table_entry_t entry{.key = amqp_cstring_bytes(key), .value = {}};
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = bytes_of(text);
    return entry;
}

amqp_table_entry_t entry(const char* key, int number) {
    amqp_table_entry_t entry{.key = amqp_cstring_bytes(key), .value = {}};
    entry.value.kind = AMQP_FIELD_KIND_I32;
    entry.value.value.i32 = number;
    return entry;
}

amqp_table_entry_t flag(const char* key) {
    amqp_table_entry_t entry{.key = amqp_cstring_bytes(key), .value = {}};
    entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    entry.value.value.boolean = 1;
    return entry;
}

}  // namespace

Result<BrokerUrl> parse_url(std::string_view url) {
    return parse_broker_url(url, {.name = "amqp", .port = 5672, .encrypted_port = 5671, .parameters = {"ca"}});
}

std::string queue_name(const Options& options) {
    return "mindspace." + options.name;
}

std::string dead_queue_name(const Options& options) {
    return queue_name(options) + ".dead";
}

amqp_bytes_t bytes_of(std::string_view text) {
    return {.len = text.size(), .bytes = const_cast<char*>(text.data())};  // NOLINT: the library only reads
}

std::string_view view_of(amqp_bytes_t bytes) {
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}

void Connection::open(amqp_channel_t channels, Seconds heartbeat) {
    close();
    const auto& addresses = options_.url.addresses;
    connect(addresses[next_address_++ % addresses.size()]);
    log_in(heartbeat);
    for (amqp_channel_t channel = 1; channel <= channels; ++channel) {
        amqp_channel_open(native(), channel);
        require_reply("open a channel");
    }
    declare();
}

void Connection::close() {
    {
        const std::scoped_lock lock(socket_mutex_);
        socket_ = -1;
    }
    state_.reset();
}

void Connection::cut() {
    const std::scoped_lock lock(socket_mutex_);
    is_cut_ = true;
    if (socket_ >= 0) ::shutdown(socket_, SHUT_RDWR);
}

void Connection::connect(const BrokerAddress& address) {
    state_.reset(amqp_new_connection());
    if (!state_) throw std::bad_alloc();
    auto connect_timeout = to_timeval(kConnectTimeout);
    auto reply_timeout = to_timeval(kReplyTimeout);
    amqp_set_handshake_timeout(native(), &reply_timeout);
    amqp_set_rpc_timeout(native(), &reply_timeout);
    amqp_socket_t* socket = nullptr;
    if (options_.url.is_encrypted) {
        socket = amqp_ssl_socket_new(native());
        if (socket == nullptr) throw std::bad_alloc();
        const auto ca = options_.url.query.find("ca");
        if (ca != options_.url.query.end())
            require(amqp_ssl_socket_set_cacert(socket, ca->second.c_str()), "read the authorities of rabbitmq.url");
        else
            SSL_CTX_set_default_verify_paths(static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket)));
        amqp_ssl_socket_set_verify_peer(socket, 1);
        amqp_ssl_socket_set_verify_hostname(socket, 1);
        require(amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST), "choose TLS");
    } else {
        socket = amqp_tcp_socket_new(native());
        if (socket == nullptr) throw std::bad_alloc();
    }
    require(amqp_socket_open_noblock(socket, address.host.c_str(), address.port, &connect_timeout), "connect");
    const std::scoped_lock lock(socket_mutex_);
    socket_ = amqp_get_sockfd(native());
    if (is_cut_) ::shutdown(socket_, SHUT_RDWR);  // for this attempt; the next one starts from scratch
    is_cut_ = false;
}

void Connection::log_in(Seconds heartbeat) {
    const auto& url = options_.url;
    const std::string user = url.user.empty() ? "guest" : url.user;
    const std::string password = url.user.empty() ? "guest" : url.password;
    const std::string vhost = url.path.empty() ? "/" : url.path;
    require(amqp_login(native(), vhost.c_str(), 0, kFrameMax, static_cast<int>(heartbeat.count()),
                       AMQP_SASL_METHOD_PLAIN, user.c_str(), password.c_str()),
            "log in");
}

// Harmless if everything exists already. Dead-lettering is at-least-once too, which requires reject-publish. A single
// active consumer keeps the order, and the next one is ready to take over.
void Connection::declare() {
    const auto queue = queue_name(options_);
    const auto dead_queue = dead_queue_name(options_);
    const auto exchange = amqp_cstring_bytes(kExchange);
    amqp_exchange_declare(native(), 1, exchange, amqp_cstring_bytes("topic"), 0, 1, 0, 0, amqp_empty_table);
    require_reply("declare the exchange");

    std::array dead_entries{entry("x-queue-type", "quorum")};
    amqp_queue_declare(native(), 1, bytes_of(dead_queue), 0, 1, 0, 0,
                       {.num_entries = dead_entries.size(), .entries = dead_entries.data()});
    require_reply("declare the dead-letter queue");

    std::array entries{entry("x-queue-type", "quorum"),
                       entry("x-delivery-limit", kDeliveryLimit),
                       entry("x-dead-letter-exchange", ""),
                       entry("x-dead-letter-routing-key", dead_queue),
                       entry("x-dead-letter-strategy", "at-least-once"),
                       entry("x-overflow", "reject-publish"),
                       flag("x-single-active-consumer")};
    amqp_queue_declare(native(), 1, bytes_of(queue), 0, 1, 0, 0,
                       {.num_entries = entries.size(), .entries = entries.data()});
    require_reply("declare the queue");
    amqp_queue_bind(native(), 1, bytes_of(queue), exchange, amqp_cstring_bytes("#"), amqp_empty_table);
    require_reply("bind the queue");
}

void Connection::require(int status, const char* what) {
    if (status == AMQP_STATUS_OK) return;
    fail(std::string("cannot ") + what + ": " + amqp_error_string2(status));
}

void Connection::require(const amqp_rpc_reply_t& reply, const char* what) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    std::string why = std::string("cannot ") + what + ": ";
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) {
        why += amqp_error_string2(reply.library_error);
    } else if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        why += view_of(static_cast<amqp_channel_close_t*>(reply.reply.decoded)->reply_text);
    } else if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        why += view_of(static_cast<amqp_connection_close_t*>(reply.reply.decoded)->reply_text);
    } else {
        why += "no response";
    }
    fail(why);
}

void Connection::fail(const std::string& why) {
    close();
    throw Unavailable("rabbitmq: " + why);
}

}  // namespace mindspace::events::rabbitmq
