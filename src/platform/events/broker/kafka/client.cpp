#include "platform/events/broker/kafka/client.h"

#include "platform/telemetry/log/log.h"

#include <array>
#include <chrono>
#include <future>
#include <stdexcept>
#include <thread>
#include <tuple>

namespace mindspace::events::kafka {

namespace {

constexpr std::chrono::seconds kDestroyTimeout{3};

std::string addresses_of(const BrokerUrl& url) {
    std::string list;
    for (const auto& [host, port] : url.addresses) {
        if (!list.empty()) list += ',';
        list += host + ':' + std::to_string(port);
    }
    return list;
}

// By default librdkafka writes to stderr. It logs a lot when brokers appear and disappear.
void write_log(const rd_kafka_t*, int, const char*, const char* text) {
    log::debug("kafka client", {{"mindspace.kafka", text}});
}

}  // namespace

Result<BrokerUrl> parse_url(std::string_view url) {
    return parse_broker_url(url, {.name = "kafka", .port = 9092, .encrypted_port = 9093, .parameters = {"ca", "sasl"}});
}

std::string topic_name(const Options& options) {
    return options.url.path.empty() ? "mindspace.events" : options.url.path;
}

void fail(const std::string& why) {
    throw Unavailable("kafka: " + why);
}

void fail(const char* what, rd_kafka_resp_err_t error) {
    fail(std::string("cannot ") + what + ": " + rd_kafka_err2str(error));
}

// librdkafka 2.0 sometimes waits for its own threads forever.
void DestroyClient::operator()(rd_kafka_t* client) const {
    std::promise<void> end;
    auto ended = end.get_future();
    std::thread destroyer([client, end = std::move(end)]() mutable {
        rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
        end.set_value();
    });
    if (ended.wait_for(kDestroyTimeout) == std::future_status::ready) return destroyer.join();
    log::warn("a Kafka client did not stop and is abandoned");
    destroyer.detach();
}

Configuration::Configuration(const Options& options) : conf_(rd_kafka_conf_new()) {
    const auto& url = options.url;
    set("bootstrap.servers", addresses_of(url));
    set("client.id", "mindspace");
    set("socket.timeout.ms", "5000");
    set("socket.keepalive.enable", "true");
    set("reconnect.backoff.max.ms", "2000");
    set("security.protocol", std::string(url.user.empty() ? "" : "sasl_") + (url.is_encrypted ? "ssl" : "plaintext"));
    if (!url.user.empty()) {
        const auto mechanism = url.query.find("sasl");
        set("sasl.mechanism", mechanism == url.query.end() ? "SCRAM-SHA-512" : mechanism->second);
        set("sasl.username", url.user);
        set("sasl.password", url.password);
    }
    if (const auto ca = url.query.find("ca"); ca != url.query.end()) set("ssl.ca.location", ca->second);
    rd_kafka_conf_set_log_cb(conf_.get(), &write_log);
}

void Configuration::set(const char* name, const std::string& value) {
    std::array<char, 256> why{};
    if (rd_kafka_conf_set(conf_.get(), name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
        throw std::logic_error(std::string("kafka: ") + why.data());
}

ClientHandle Configuration::make_client(rd_kafka_type_t type) {
    std::array<char, 256> why{};
    ClientHandle client(rd_kafka_new(type, conf_.get(), why.data(), why.size()));
    if (!client) fail(std::string(why.data()));
    std::ignore = conf_.release();  // now owned by the client
    return client;
}

}  // namespace mindspace::events::kafka
