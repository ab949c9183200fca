#pragma once
// The table meditation_sessions, and the outbox rows that its changes leave. No rules here.

#include "platform/base/async.h"
#include "platform/base/cursor.h"
#include "services/meditation/session_types.h"

#include <optional>
#include <utility>
#include <vector>

namespace mindspace::postgres {
class Client;
class Replicas;
}  // namespace mindspace::postgres

namespace mindspace::meditation {

// Sessions are listed by their start, newest first.
using HistoryPosition = ListPosition<MeditationSessionId>;

struct ImportOutcomes {
    std::vector<MeditationSessionId> created;
    // (imported session, another of the user's that it overlaps by more than half of the shorter one)
    std::vector<std::pair<MeditationSessionId, MeditationSessionId>> overlaps;
};

class SessionStore {
public:
    SessionStore(postgres::Client& database, postgres::Replicas& replicas) : database_(database), replicas_(replicas) {}

    // Nothing when the id is taken or another session of the user is active.
    Awaitable<std::optional<MeditationSession>> insert_active(UserId user, MeditationSessionId id, StartSession request,
                                                              Timestamp now);
    Awaitable<std::optional<MeditationSession>> find(UserId user, MeditationSessionId id);
    // Nothing when the session is not active, or the duration is above the time elapsed.
    Awaitable<std::optional<MeditationSession>> complete(UserId user, MeditationSessionId id, CompleteSession request,
                                                         Timestamp now);
    // Nothing when the session is not active.
    Awaitable<std::optional<MeditationSession>> abandon(UserId user, MeditationSessionId id, Timestamp now);
    // Gives up active sessions, `count` at most, whose planned end is not after `ended_by`; they end with that. How
    // many; none while somebody else is at it.
    Awaitable<std::int64_t> abandon_overdue(Timestamp ended_by, Timestamp now, std::int32_t count);
    // Nothing when it is gone, or has another version than the expected one (if there is one).
    Awaitable<std::optional<MeditationSession>> update(UserId user, MeditationSessionId id, SessionPatch patch,
                                                       std::optional<std::int32_t> expected_version, Timestamp now);
    Awaitable<bool> erase(UserId user, MeditationSessionId id, std::optional<std::int32_t> expected_version,
                          Timestamp now);
    // Newest first, beyond `after`, `count` at most.
    Awaitable<std::vector<MeditationSession>> list(UserId user, HistoryQuery filters, HistoryPosition after,
                                                   std::int32_t count);
    // All in one transaction; ids that exist are left alone.
    Awaitable<ImportOutcomes> import(UserId user, std::vector<ImportedSession> sessions, Timestamp now);

private:
    postgres::Client& database_;
    postgres::Replicas& replicas_;  // for what only reads
};

}  // namespace mindspace::meditation
