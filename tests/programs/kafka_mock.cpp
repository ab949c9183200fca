// librdkafka's mock cluster as a program: prints the addresses of its brokers, then runs until it is killed. SIGUSR1
// takes the brokers down, SIGUSR2 brings them back. After SIGHUP each broker withholds its next JoinGroup response.

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <signal.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace {

constexpr int kBrokers = 3;
constexpr std::int16_t kJoinGroup = 11;  // the protocol's number of the request
constexpr int kTooLate = 3'600'000;      // milliseconds

void act(rd_kafka_mock_cluster_t* cluster, int broker, int signal) {
    if (signal == SIGUSR1) rd_kafka_mock_broker_set_down(cluster, broker);
    if (signal == SIGUSR2) rd_kafka_mock_broker_set_up(cluster, broker);
    if (signal == SIGHUP)
        rd_kafka_mock_broker_push_request_error_rtts(cluster, broker, kJoinGroup, 1, RD_KAFKA_RESP_ERR_NO_ERROR,
                                                     kTooLate);
}

}  // namespace

int main() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGUSR1, SIGUSR2, SIGHUP, SIGTERM, SIGINT}) sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before librdkafka's threads, which inherit it

    std::array<char, 256> why{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, nullptr);
    rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why.data(), why.size());
    if (handle == nullptr) {
        std::fputs(why.data(), stderr);
        return 1;
    }
    rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(handle, kBrokers);
    std::puts(rd_kafka_mock_cluster_bootstraps(cluster));
    std::fflush(stdout);
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal != SIGTERM && signal != SIGINT)
        for (int broker = 1; broker <= kBrokers; ++broker) act(cluster, broker, signal);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(handle);
    return 0;
}
