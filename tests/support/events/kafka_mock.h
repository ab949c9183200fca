#pragma once
// librdkafka's mock of a Kafka cluster, in a separate process (tests/programs): not a broker, but its protocol. Its
// content is lost when it ends.

#include "support/program/process.h"

#include <string>

namespace mindspace::integration {

class KafkaMock {
public:
    static KafkaMock& shared();

    KafkaMock();

    // A value for kafka.url, with this topic.
    [[nodiscard]] std::string url(const std::string& topic) const;
    // Takes all its brokers down, and up again.
    void take_down() const;
    void bring_up() const;
    // Each broker withholds its next response to a consumer that joins a group, as if the connection were dead.
    void withhold_next_join() const;

private:
    TemporaryDirectory directory_;
    Process process_;
    std::string brokers_;
};

}  // namespace mindspace::integration
