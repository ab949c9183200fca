#include "platform/events/retention.h"

#include "platform/events/outbox/partitions.h"

namespace mindspace::events {

retention::Rules retention_rules() {
    static constexpr postgres::Statement kDeadLetters{"events_remove_dead", R"(
        DELETE FROM dead_letters WHERE (consumer, xid, id, user_id) IN (
            SELECT consumer, xid, id, user_id FROM dead_letters WHERE put_aside_at < $1 LIMIT $2))"};
    return {retention::rows("dead_letters", kDeadLetters, std::chrono::days(90)),
            {.name = "outbox_partitions", .remove = &maintain_outbox_partitions}};
}

}  // namespace mindspace::events
