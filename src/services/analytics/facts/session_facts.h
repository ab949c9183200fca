#pragma once
// The table session_facts: what the events of sessions say, and how it is stored. Within the projection's transaction,
// under its lock.

#include "platform/async/awaitable.h"
#include "platform/events/event.h"
#include "services/analytics/statistics/lifetimes.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace mindspace::postgres {
class Session;
}

namespace mindspace::analytics {

// A session as its event describes it. Times stay text: the server stores them exactly.
struct SessionFact {
    std::int32_t version = 0;
    bool counts = false;
    LocalDate local_date{};
    std::string started_at;
    std::string timezone;
    std::string kind;
    std::int32_t seconds = 0;
    std::optional<std::int16_t> mood_before;
    std::optional<std::int16_t> mood_after;
    std::optional<std::string> ended_at;
};

// The newest fact of each session of some events.
class NewestFacts {
public:
    using Key = std::pair<UserId, Uuid>;  // the second is the session's

    // Throws if the payload is not that of a session.
    void add(const events::Event& event);
    void erase(const Key& key) { facts_.erase(key); }
    [[nodiscard]] bool empty() const { return facts_.empty(); }
    [[nodiscard]] const std::map<Key, SessionFact>& all() const { return facts_; }

private:
    std::map<Key, SessionFact> facts_;
};

// What changes because of newer facts.
struct FactChanges {
    std::set<std::pair<UserId, LocalDate>> days;     // before and after the change
    std::set<std::pair<UserId, LocalDate>> reduced;  // of these, where something no longer counts
    LifetimeChanges lifetimes;
};

// Stores the facts that are newer than the stored ones.
Awaitable<FactChanges> store_facts(postgres::Session& session, NewestFacts facts);

}  // namespace mindspace::analytics
