#pragma once
// Feeds the projection with what stands in the outbox, when a test says so.

#include "platform/events/event.h"
#include "platform/postgres/session.h"
#include "services/analytics/projection.h"

#include <vector>

namespace mindspace::analytics {

class EventPump {
public:
    // The session is connected.
    explicit EventPump(postgres::Session& session) : session_(session) {}

    // Handles all events that are there, in their order and in batches; how many there were.
    Awaitable<std::size_t> handle_all() {
        static constexpr postgres::Statement kList{"test_list_outbox", R"(
            SELECT id, type, user_id, payload::text, occurred_at FROM outbox WHERE id > $1 ORDER BY id LIMIT 500)"};
        std::size_t handled = 0;
        while (true) {
            auto rows = co_await session_.query(kList, last_);
            if (rows.empty()) co_return handled;
            std::vector<events::Event> events(rows.size());
            for (std::size_t i = 0; i < events.size(); ++i) {
                last_ = rows[i].get<std::int64_t>(0);
                events[i].type = rows[i].get<std::string>(1);
                events[i].user = rows[i].get<UserId>(2);
                events[i].payload = rows[i].get<std::string>(3);
                events[i].occurred_at = rows[i].get<Timestamp>(4);
            }
            co_await session_.execute("BEGIN");
            co_await project(session_, events);
            co_await session_.execute("COMMIT");
            handled += events.size();
        }
    }

private:
    postgres::Session& session_;
    std::int64_t last_ = 0;
};

}  // namespace mindspace::analytics
