#include "support/load/workload.h"

#include <map>
#include <sstream>

namespace mindspace::integration {

Workload::Workload(const Program& program, int users) {
    for (int i = 0; i < users; ++i)
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

std::vector<std::string> Workload::unexpected_responses() {
    const std::scoped_lock lock(mutex_);
    return wrong_;
}

void Workload::work(Worker& worker) {
    auto& client = worker.person.client;
    while (!stopping_) {
        const auto id = new_id();
        const json::object start{{"id", id}, {"kind", "breathing"}, {"plannedSeconds", 60}};
        if (!send_until_accepted(client, "/api/v1/sessions", start, 201)) return;
        if (!send_until_accepted(client, "/api/v1/sessions/" + id + "/complete", {{"durationSeconds", 0}}, 200)) return;
        worker.acknowledged.push_back(id);
        ++acknowledged_;
        std::this_thread::sleep_for(pause_.load());
    }
}

// A request that is retried after a 503 must still take effect once.
bool Workload::send_until_accepted(Client& client, const std::string& path, const json::object& body, long success) {
    while (true) {
        const auto response = client.post(path, body);
        if (response.status == success) return true;
        if (response.status == 0 && may_stop_) return false;
        if (response.status == 0 && retries_) {
            std::this_thread::sleep_for(20ms);  // like a patient client
            continue;
        }
        if (response.status == 503 && response.header("retry-after")) {
            ++refused_;
            std::this_thread::sleep_for(20ms);  // like a client that honours Retry-After
            continue;
        }
        std::ostringstream text;
        text << path << " " << response;
        const std::scoped_lock lock(mutex_);
        wrong_.push_back(text.str());
        return false;
    }
}

void Workload::expect_nothing_lost_or_duplicated() {
    for (auto& worker : workers_) {
        std::multiset<std::string> completed;
        std::map<std::string, std::int64_t> by_date;
        for (const auto& session : whole_history(worker->person, "status=completed")) {
            completed.insert(text_of(session, "id"));
            ++by_date[text_of(session, "localDate")];
        }
        for (const auto& id : worker->acknowledged) EXPECT_EQ(completed.count(id), 1U) << id;
        // One more may have been completed whose response was lost.
        EXPECT_LE(completed.size(), worker->acknowledged.size() + 1);
        for (const auto& [date, count] : by_date) {
            Response daily;
            EXPECT_TRUE(eventually([&] {
                daily = worker->person.client.get("/api/v1/analytics/daily?from=" + date + "&to=" + date);
                return daily.status == 200 && daily.at("/totals/sessions") == count;
            })) << count
                << " sessions on " << date << ", but " << daily;
        }
    }
}

}  // namespace mindspace::integration
