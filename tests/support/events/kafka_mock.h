#pragma once
// librdkafka's mock of a Kafka cluster, in a process of its own (tests/programs): no broker, but its protocol. What
// is in it is lost with it.

#include "support/program/process.h"

#include <string>

namespace mindspace::integration {

class KafkaMock {
public:
    static KafkaMock& shared();

    KafkaMock();

    // For kafka.url, with a topic of its own.
    [[nodiscard]] std::string url(const std::string& topic) const;
    // All of its brokers are away, and back.
    void go_down() const;
    void come_back() const;

private:
    TemporaryDirectory directory_;
    Process process_;
    std::string brokers_;
};

}  // namespace mindspace::integration
