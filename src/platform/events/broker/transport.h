#pragma once
// How events get from the outbox to the consumers.

#include "platform/base/result.h"

#include <array>
#include <string>
#include <string_view>

namespace mindspace::events {

enum class Transport { postgres, rabbitmq, kafka };

// The names of the transports in settings, in the order of the enumerators.
constexpr auto names_of(Transport) {
    return std::to_array<std::string_view>({"postgres", "rabbitmq", "kafka"});
}

struct TransportSettings {
    Transport transport = Transport::postgres;
    std::string rabbitmq_url;  // for Transport rabbitmq
    std::string kafka_url;     // for Transport kafka
    std::string source;        // `source` attribute of the CloudEvents: the URL of the sender
};

// Error: invalid, naming the setting, if the transport's URL is missing or invalid.
Result<> check(const TransportSettings& settings);

}  // namespace mindspace::events
