#pragma once
// The table meditation_sessions, and the outbox rows that its changes write. No rules here.

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

// A session as it was at some time: a change gives it another version.
struct SessionVersion {
    MeditationSessionId id{};
    std::int32_t version = 0;
};

struct ImportOutcomes {
    std::vector<MeditationSessionId> created;
    // (imported session, another session of the user that it overlaps by more than half of the shorter one); for each
    // imported one the five with the longest overlap.
    std::vector<std::pair<MeditationSessionId, MeditationSessionId>> overlaps;
};

// What is known of some ids.
struct KnownSessions {
    std::vector<MeditationSession> existing;
    std::vector<MeditationSessionId> deleted;
};

// How long a lapsed session, which was abandoned because it was never ended, can still be completed.
inline constexpr std::chrono::days kLateCompletionWindow{30};
// A duration this much above the time elapsed counts as the time elapsed: the first request may have been slower than
// the last.
inline constexpr Seconds kElapsedTolerance{5};
// An import adds to a local date only until it has this many sessions.
inline constexpr std::int64_t kMaxSessionsPerLocalDate = 100;

// The queries that import the sessions of a user. They skip ids that exist or were deleted, and sessions above the
// limit of a local date.
std::vector<postgres::Query> import_queries(UserId user, std::vector<ImportedSession> sessions, Timestamp now);

class SessionStore {
public:
    // Imports are slow and have dedicated connections, so that nothing else waits for them.
    SessionStore(postgres::Client& database, postgres::Replicas& replicas, postgres::Client& imports)
        : database_(database), replicas_(replicas), imports_(imports) {}

    // Nothing (nullopt) if the id exists or was deleted, or another session of the user is active.
    Awaitable<std::optional<MeditationSession>> insert_active(UserId user, MeditationSessionId id, StartSession request,
                                                              Timestamp now);
    Awaitable<std::optional<MeditationSession>> find(UserId user, MeditationSessionId id);
    // Fields that the request omits stay unchanged. Nothing (nullopt) if the session is not active, or the duration is
    // above the time elapsed by more than the tolerance.
    Awaitable<std::optional<MeditationSession>> complete(UserId user, MeditationSessionId id, CompleteSession request,
                                                         Timestamp now);
    // The same for a lapsed session, which then ended at `ended_at`. Nothing (nullopt) if it did not lapse, or lapsed
    // too long ago.
    Awaitable<std::optional<MeditationSession>> complete_lapsed(UserId user, MeditationSessionId id,
                                                                CompleteSession request, Timestamp ended_at,
                                                                Timestamp now);
    // Nothing (nullopt) if the session is not active.
    Awaitable<std::optional<MeditationSession>> abandon(UserId user, MeditationSessionId id, Timestamp now);
    // Abandons at most `count` active sessions whose planned end is not after `ended_by`; they end at their planned
    // end. Returns how many; none while another process is sweeping.
    Awaitable<std::int64_t> abandon_overdue(Timestamp ended_by, Timestamp now, std::int32_t count);
    // Nothing (nullopt) if it is gone, does not have the expected version (if one is given), or would not change.
    Awaitable<std::optional<MeditationSession>> update(UserId user, MeditationSessionId id, SessionPatch patch,
                                                       std::optional<std::int32_t> expected_version, Timestamp now);
    Awaitable<bool> erase(UserId user, MeditationSessionId id, std::optional<std::int32_t> expected_version,
                          Timestamp now);
    // Newest first, after the position `after`, at most `count`.
    Awaitable<std::vector<MeditationSession>> list(UserId user, HistoryQuery filters, HistoryPosition after,
                                                   std::int32_t count);
    // The same sessions as list() without filters.
    Awaitable<std::vector<SessionVersion>> list_versions(UserId user, HistoryPosition after, std::int32_t count);
    // Runs import_queries(), all in one transaction.
    Awaitable<ImportOutcomes> import(std::vector<postgres::Query> queries);
    Awaitable<KnownSessions> find_known(UserId user, std::vector<MeditationSessionId> ids);
    Awaitable<bool> was_deleted(UserId user, MeditationSessionId id);

private:
    postgres::Client& database_;
    postgres::Replicas& replicas_;  // for read-only queries
    postgres::Client& imports_;
};

}  // namespace mindspace::meditation
