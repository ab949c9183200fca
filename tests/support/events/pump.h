#pragma once
// Feeds the projection from the outbox when a test requests it.

#include "platform/events/event.h"
#include "platform/postgres/connection/session.h"
#include "services/analytics/facts/projection.h"

#include <algorithm>
#include <vector>

namespace mindspace::analytics {

class EventPump {
public:
    // The session must be connected.
    explicit EventPump(postgres::Session& session) : session_(session) {}

    // Removes all events from the outbox and handles them in order, in batches; returns their number.
    Awaitable<std::size_t> handle_all() {
        static constexpr postgres::Statement kTake{"test_take_outbox", R"(
            WITH taken AS (DELETE FROM outbox RETURNING *)
            SELECT type, user_id, payload::text, occurred_at FROM taken ORDER BY id)"};
        auto rows = co_await session_.query(kTake);
        for (std::size_t first = 0; first < rows.size(); first += kBatch) {
            std::vector<events::Event> events(std::min(kBatch, rows.size() - first));
            for (std::size_t i = 0; i < events.size(); ++i) {
                const auto row = rows[first + i];
                events[i].type = row.get<std::string>(0);
                events[i].user = row.get<UserId>(1);
                events[i].payload = row.get<std::string>(2);
                events[i].occurred_at = row.get<Timestamp>(3);
            }
            co_await session_.execute("BEGIN");
            co_await project(session_, events);
            co_await session_.execute("COMMIT");
        }
        co_return rows.size();
    }

private:
    static constexpr std::size_t kBatch = 500;

    postgres::Session& session_;
};

}  // namespace mindspace::analytics
