// The path of an event while everything on it is killed at random under load: the program, the relay and consumer,
// PostgreSQL, the broker. Afterwards acknowledged changes, history and aggregates match exactly.
// MINDSPACE_FAULT_SECONDS sets the duration; by default it is short.

#include "support/events/kafka_mock.h"
#include "support/events/rabbitmq_server.h"
#include "support/load/workload.h"
#include "support/postgres/database.h"
#include "support/postgres/server.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <functional>
#include <random>

namespace mindspace::integration {
namespace {

using testing::IsEmpty;

constexpr std::size_t kProgress = 15;  // completions between two faults

std::chrono::seconds duration_of_the_run() {
    const char* seconds = std::getenv("MINDSPACE_FAULT_SECONDS");
    return std::chrono::seconds(seconds == nullptr ? 10 : std::atoi(seconds));
}

// Two processes, so that the one that serves requests and the one that moves events can be killed separately.
SplitPlan two_processes() {
    return {.front = "gateway,auth,user,meditation", .nodes = {"analytics"}};
}

class EventFault : public testing::TestWithParam<const char*> {
protected:
    EventFault() {
        faults_.emplace_back("program", [this] {
            program_.split().front().kill();
            program_.start();
        });
        faults_.emplace_back("relay", [this] {
            program_.split().node("analytics").kill();
            program_.start();
        });
        faults_.emplace_back("PostgreSQL", [] {
            postgres::TestServer::shared().crash();
            postgres::TestServer::shared().restart();
        });
        if (transport() == "rabbitmq")
            faults_.emplace_back("RabbitMQ", [] {
                RabbitmqServer::shared().wait_until_ready();  // after its last restart
                RabbitmqServer::shared().crash();
                RabbitmqServer::shared().launch();
            });
        if (transport() == "kafka")
            faults_.emplace_back("the mock of Kafka", [] {
                KafkaMock::shared().take_down();
                std::this_thread::sleep_for(1s);  // duration of the outage
                KafkaMock::shared().bring_up();
            });
    }

    static std::string transport() { return GetParam(); }
    // The mock keeps only the last 5 MiB of a partition, read or not, where Kafka keeps days. With the mock the load is
    // therefore light, and the next fault waits until the consumer has handled all events from before the last one.
    static bool is_forgetful() { return transport() == "kafka"; }
    std::size_t facts() { return std::stoul(one_number("SELECT count(*) FROM session_facts WHERE counts")); }
    static Environment settings() {
        Environment settings{{"MINDSPACE_EVENTS_TRANSPORT", transport()}};
        if (transport() == "rabbitmq") settings["MINDSPACE_RABBITMQ_URL"] = RabbitmqServer::shared().url();
        if (transport() == "kafka") settings["MINDSPACE_KAFKA_URL"] = KafkaMock::shared().url("faults");
        return settings;
    }
    void recover() const {
        if (transport() == "rabbitmq") RabbitmqServer::shared().wait_until_ready();
    }
    std::string one_number(const std::string& sql) {
        const auto& database = program_.split().node("analytics").settings().at("MINDSPACE_DATABASE_URL");
        return query(database, sql).at(0).at(0);
    }

    Program program_{settings(), two_processes()};
    std::vector<std::pair<std::string, std::function<void()>>> faults_;
};

INSTANTIATE_TEST_SUITE_P(Of, EventFault, testing::Values("postgres", "rabbitmq", "kafka"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST_P(EventFault, NeitherLosesNorDuplicatesEvents) {
    std::mt19937 random{std::random_device{}()};
    Workload workload(program_, 4);
    workload.retry_on_connection_error();
    workload.pause_between(is_forgetful() ? 40ms : 10ms);
    // RabbitMQ 3.10 persists a new quorum queue within three seconds (DETS). If it is killed earlier, its only node
    // never finds the queue's leader again.
    const auto settled_at = std::chrono::steady_clock::now() + 5s;
    ASSERT_TRUE(eventually([&] {
        return std::chrono::steady_clock::now() > settled_at && one_number("SELECT count(*) FROM session_facts") != "0";
    }));
    const auto end = std::chrono::steady_clock::now() + duration_of_the_run();
    std::map<std::string, int> done;
    while (std::chrono::steady_clock::now() < end) {
        const auto before = workload.acknowledged();
        ASSERT_TRUE(eventually([&] {
            return workload.acknowledged() >= before + kProgress || !workload.unexpected_responses().empty();
        })) << "no progress";
        ASSERT_THAT(workload.unexpected_responses(), IsEmpty());
        if (is_forgetful()) ASSERT_TRUE(eventually([&] { return facts() >= before; })) << "no events arrive";
        const auto& [name, fault] = faults_[random() % faults_.size()];
        fault();
        ++done[name];
    }
    recover();
    workload.stop();
    EXPECT_THAT(workload.unexpected_responses(), IsEmpty());
    workload.expect_nothing_lost_or_duplicated();

    const auto acknowledged = std::to_string(workload.acknowledged());
    EXPECT_EQ(one_number("SELECT count(*) FROM meditation_sessions WHERE status = 'completed'"), acknowledged);
    EXPECT_EQ(one_number("SELECT count(*) FROM session_facts WHERE counts"), acknowledged);
    EXPECT_EQ(one_number("SELECT sum(sessions) FROM daily_totals"), acknowledged);
    EXPECT_EQ(one_number("SELECT count(*) FROM dead_letters"), "0");
    std::cout << transport() << ": " << acknowledged << " completions, " << workload.refused() << " responses of 503";
    for (const auto& [name, times] : done) std::cout << ", " << name << " killed " << times << " times";
    std::cout << '\n';
}

}  // namespace
}  // namespace mindspace::integration
