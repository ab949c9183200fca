#include "support/load/workload.h"

#include <map>
#include <sstream>

namespace mindspace::integration {

Workload::Workload(const Program& program, int people) {
    for (int i = 0; i < people; ++i)
        workers_.push_back(std::make_unique<Worker>(Worker{.person = register_person(program), .acknowledged = {}}));
    for (auto& worker : workers_) threads_.emplace_back([this, &worker] { work(*worker); });
}

Workload::~Workload() {
    stop();
}

void Workload::stop() {
    stopping_ = true;
    threads_.clear();  // joins
}

std::vector<std::string> Workload::wrong_answers() {
    const std::scoped_lock lock(mutex_);
    return wrong_;
}

void Workload::work(Worker& worker) {
    auto& client = worker.person.client;
    while (!stopping_) {
        const auto id = new_id();
        const json::object start{{"id", id}, {"kind", "breathing"}, {"plannedSeconds", 60}};
        if (!insist(client, "/api/v1/sessions", start, 201)) return;
        if (!insist(client, "/api/v1/sessions/" + id + "/complete", {{"durationSeconds", 0}}, 200)) return;
        worker.acknowledged.push_back(id);
        ++acknowledged_;
        std::this_thread::sleep_for(rest_.load());
    }
}

// Whatever was sent twice because its first answer was 503 must still happen once.
bool Workload::insist(Client& client, const std::string& path, const json::object& body, long success) {
    while (true) {
        const auto answer = client.post(path, body);
        if (answer.status == success) return true;
        if (answer.status == 0 && may_break_) return false;
        if (answer.status == 0 && outlasts_) {
            std::this_thread::sleep_for(20ms);  // as a client with patience
            continue;
        }
        if (answer.status == 503 && answer.header("retry-after")) {
            ++refused_;
            std::this_thread::sleep_for(20ms);  // a client that was asked to wait
            continue;
        }
        std::ostringstream text;
        text << path << " " << answer;
        const std::scoped_lock lock(mutex_);
        wrong_.push_back(text.str());
        return false;
    }
}

void Workload::expect_nothing_lost_or_doubled() {
    for (auto& worker : workers_) {
        std::multiset<std::string> completed;
        std::map<std::string, std::int64_t> by_date;
        for (const auto& session : whole_history(worker->person, "status=completed")) {
            completed.insert(text_of(session, "id"));
            ++by_date[text_of(session, "localDate")];
        }
        for (const auto& id : worker->acknowledged) EXPECT_EQ(completed.count(id), 1U) << id;
        // One more may have been completed without its owner hearing of it.
        EXPECT_LE(completed.size(), worker->acknowledged.size() + 1);
        for (const auto& [date, count] : by_date) {
            Answer daily;
            EXPECT_TRUE(eventually([&] {
                daily = worker->person.client.get("/api/v1/analytics/daily?from=" + date + "&to=" + date);
                return daily.status == 200 && daily.at("/totals/sessions") == count;
            })) << count
                << " sessions on " << date << ", but " << daily;
        }
    }
}

}  // namespace mindspace::integration
