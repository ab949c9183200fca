#pragma once
// The table meditation_sessions, and the outbox rows that its changes leave. No rules here.

#include "platform/async/awaitable.h"
#include "platform/json/cursor.h"
#include "services/meditation/sessions/types.h"

#include <optional>
#include <utility>
#include <vector>

namespace mindspace::postgres {
class Client;
class Replicas;
struct Query;
}  // namespace mindspace::postgres

namespace mindspace::meditation {

// Sessions are listed by their start, newest first.
using HistoryPosition = ListPosition<MeditationSessionId>;

struct ImportOutcomes {
    std::vector<MeditationSessionId> created;
    // (imported session, another of the user's that it overlaps by more than half of the shorter one); of each imported
    // one the five that it shares most time with.
    std::vector<std::pair<MeditationSessionId, MeditationSessionId>> overlaps;
};

// What is known of some ids.
struct KnownSessions {
    std::vector<MeditationSession> there;
    std::vector<MeditationSessionId> deleted;
};

// A session that nobody ended can be completed for so long after it was given up.
inline constexpr std::chrono::days kLapsedPatience{30};
// So much more than the time elapsed counts as the time elapsed: the first request may have been slower than the last.
inline constexpr Seconds kElapsedTolerance{5};
// Of one local date an import brings no more than makes so many with those that are there.
inline constexpr std::int64_t kImportedOnADate = 100;

// The queries that take in the sessions of a user. Left alone are ids that exist or were deleted, and what a local date
// has no room for.
std::vector<postgres::Query> import_queries(UserId user, std::vector<ImportedSession> sessions, Timestamp now);

class SessionStore {
public:
    // Imports take long and run on connections of their own, so that nothing else waits behind them.
    SessionStore(postgres::Client& database, postgres::Replicas& replicas, postgres::Client& imports)
        : database_(database), replicas_(replicas), imports_(imports) {}

    // Nothing when the id is taken or was deleted, or another session of the user is active.
    Awaitable<std::optional<MeditationSession>> insert_active(UserId user, MeditationSessionId id, StartSession request,
                                                              Timestamp now);
    Awaitable<std::optional<MeditationSession>> find(UserId user, MeditationSessionId id);
    // What the request leaves out stays. Nothing when the session is not active, or the duration is above the time
    // elapsed by more than the tolerance.
    Awaitable<std::optional<MeditationSession>> complete(UserId user, MeditationSessionId id, CompleteSession request,
                                                         Timestamp now);
    // The same for one that nobody ended, which then ended at that time. Nothing when it did not lapse, or too long
    // ago.
    Awaitable<std::optional<MeditationSession>> complete_lapsed(UserId user, MeditationSessionId id,
                                                                CompleteSession request, Timestamp ended_at,
                                                                Timestamp now);
    // Nothing when the session is not active.
    Awaitable<std::optional<MeditationSession>> abandon(UserId user, MeditationSessionId id, Timestamp now);
    // Gives up active sessions, `count` at most, whose planned end is not after `ended_by`; they end with that. How
    // many; none while somebody else is at it.
    Awaitable<std::int64_t> abandon_overdue(Timestamp ended_by, Timestamp now, std::int32_t count);
    // Nothing when it is gone, has another version than the expected one (if there is one), or would stay as it is.
    Awaitable<std::optional<MeditationSession>> update(UserId user, MeditationSessionId id, SessionPatch patch,
                                                       std::optional<std::int32_t> expected_version, Timestamp now);
    Awaitable<bool> erase(UserId user, MeditationSessionId id, std::optional<std::int32_t> expected_version,
                          Timestamp now);
    // Newest first, beyond `after`, `count` at most.
    Awaitable<std::vector<MeditationSession>> list(UserId user, HistoryQuery filters, HistoryPosition after,
                                                   std::int32_t count);
    // Runs import_queries(), all in one transaction.
    Awaitable<ImportOutcomes> import(std::vector<postgres::Query> queries);
    Awaitable<KnownSessions> find_known(UserId user, std::vector<MeditationSessionId> ids);
    Awaitable<bool> was_deleted(UserId user, MeditationSessionId id);

private:
    postgres::Client& database_;
    postgres::Replicas& replicas_;  // for what only reads
    postgres::Client& imports_;
};

}  // namespace mindspace::meditation
