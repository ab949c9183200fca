#pragma once
// How events come from the outbox to the consumers.

#include <array>
#include <string_view>

namespace mindspace::events {

enum class Transport { postgres, rabbitmq, kafka };

// Its names in settings, in the order of the enumerators.
constexpr auto names_of(Transport) {
    return std::to_array<std::string_view>({"postgres", "rabbitmq", "kafka"});
}

}  // namespace mindspace::events
