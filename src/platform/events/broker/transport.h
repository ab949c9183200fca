#pragma once
// How events come from the outbox to the consumers.

#include "platform/base/result.h"

#include <array>
#include <string>
#include <string_view>

namespace mindspace::events {

enum class Transport { postgres, rabbitmq, kafka };

// Its names in settings, in the order of the enumerators.
constexpr auto names_of(Transport) {
    return std::to_array<std::string_view>({"postgres", "rabbitmq", "kafka"});
}

struct TransportSettings {
    Transport transport = Transport::postgres;
    std::string rabbitmq_url;  // for that transport
    std::string kafka_url;     // for that one
    std::string source;        // of the CloudEvents: who tells them, as a URL
};

// Error: invalid, naming the setting: the transport's URL is missing, or is none.
Result<> check(const TransportSettings& settings);

}  // namespace mindspace::events
