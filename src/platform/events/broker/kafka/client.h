#pragma once
// Shared by both ends of the Kafka transport (librdkafka): URL, options and errors.

#include "platform/base/time.h"
#include "platform/events/broker/url.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <string_view>

namespace mindspace::events::kafka {

struct Options {
    BrokerUrl url;                       // its path is the topic; empty: "mindspace.events"
    std::string name;                    // of the consumer
    Milliseconds stall_timeout{60'000};  // time without progress after which the consumer is recreated
};

// The format of `kafka.url`: kafka[s]://[user:password@]host[:port][,host[:port]]…[/topic][?ca=FILE][&sasl=MECHANISM]
// with SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN; a user name enables SASL, with SCRAM-SHA-512 by default.
Result<BrokerUrl> parse_url(std::string_view url);

std::string topic_name(const Options& options);

// Throws Unavailable("kafka: …").
[[noreturn]] void fail(const std::string& why);
[[noreturn]] void fail(const char* what, rd_kafka_resp_err_t error);

struct DestroyClient {
    void operator()(rd_kafka_t* client) const;  // immediately, without notifying the brokers
};
using ClientHandle = std::unique_ptr<rd_kafka_t, DestroyClient>;

// Options for librdkafka. It rejects unknown options, which is a bug in our code: std::logic_error.
class Configuration {
public:
    explicit Configuration(const Options& options);
    void set(const char* name, const std::string& value);
    [[nodiscard]] rd_kafka_conf_t* native() const { return conf_.get(); }
    // Throws Unavailable, with the reason from librdkafka.
    ClientHandle make_client(rd_kafka_type_t type);

private:
    struct Destroy {
        void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
    };
    std::unique_ptr<rd_kafka_conf_t, Destroy> conf_;
};

}  // namespace mindspace::events::kafka
