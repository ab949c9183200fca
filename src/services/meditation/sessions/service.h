#pragma once
// The rules of meditation sessions. No HTTP, no SQL. Every write may be sent again: ids are chosen by the client if it
// likes, and a repeated completion changes nothing.

#include "platform/async/worker_pool.h"
#include "services/meditation/sessions/store.h"

namespace mindspace::meditation {

class SessionService {
public:
    // `workers` is for what takes long of a large import.
    SessionService(SessionStore store, WorkerPool& workers) : store_(store), workers_(workers) {}

    // Error: conflict `session_active` (another is running), `conflict` (the id is another session's), `gone` (its
    // session was deleted).
    Awaitable<Result<MeditationSession>> start(UserId user, StartSession request);
    // Error: not_found; conflict `session_not_active`, `conflict` (completed before, with another duration);
    // invalid.
    Awaitable<Result<MeditationSession>> complete(UserId user, MeditationSessionId id, CompleteSession request);
    // Error: not_found; conflict `session_not_active`.
    Awaitable<Result<MeditationSession>> abandon(UserId user, MeditationSessionId id);
    // Error: not_found.
    Awaitable<Result<MeditationSession>> find(UserId user, MeditationSessionId id);
    // Error: not_found; precondition_failed.
    Awaitable<Result<MeditationSession>> update(UserId user, MeditationSessionId id, SessionPatch patch,
                                                std::optional<std::int32_t> expected_version);
    Awaitable<Result<>> erase(UserId user, MeditationSessionId id, std::optional<std::int32_t> expected_version);
    // As many as the query asks for, beyond `after`.
    Awaitable<ListPart<MeditationSession, MeditationSessionId>> list(UserId user, HistoryQuery query,
                                                                     HistoryPosition after);
    // Each session has its own outcome, in the order given.
    Awaitable<Result<ImportResults>> import(UserId user, ImportSessions request);

private:
    // The session is one that was abandoned.
    Awaitable<Result<MeditationSession>> complete_lapsed(UserId user, MeditationSession session,
                                                         CompleteSession request, Timestamp now);

    // Work on so many sessions of an import: of more than a few on a thread. It has begun, so it may wait where new
    // requests may not.
    template <class Work>
    Awaitable<std::invoke_result_t<Work&>> work_on(std::size_t sessions, Work work) {
        if (sessions <= kWorkedOnHere) co_return work();
        co_return co_await workers_.run(std::move(work), WorkerPool::Standing::preferred);
    }

    static constexpr std::size_t kWorkedOnHere = 8;  // 2 ms, should all notes be as long as they may

    SessionStore store_;
    WorkerPool& workers_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
