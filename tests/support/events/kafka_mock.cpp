#include "support/events/kafka_mock.h"

#include <csignal>
#include <stdexcept>

namespace mindspace::integration {

KafkaMock& KafkaMock::shared() {
    static KafkaMock mock;
    return mock;
}

KafkaMock::KafkaMock() : process_({helper_program("kafka_mock")}, {}, directory_.path() / "output") {
    eventually([this] { return (brokers_ = read_whole_file(directory_.path() / "output")).ends_with('\n'); });
    if (!brokers_.ends_with('\n')) throw std::runtime_error("the Kafka mock does not start: " + brokers_);
    brokers_.pop_back();
}

std::string KafkaMock::url(const std::string& topic) const {
    return "kafka://" + brokers_ + "/" + topic;
}

void KafkaMock::take_down() const {
    process_.send(SIGUSR1);
}

void KafkaMock::bring_up() const {
    process_.send(SIGUSR2);
}

void KafkaMock::withhold_next_join() const {
    process_.send(SIGHUP);
}

}  // namespace mindspace::integration
