#pragma once
// The rules of meditation sessions. No HTTP, no SQL. Every write can be retried: clients may choose the ids, and a
// repeated completion changes nothing.

#include "platform/async/worker_pool.h"
#include "services/meditation/sessions/store.h"

namespace mindspace::meditation {

class SessionService {
public:
    // `workers` runs the slow parts of a large import.
    SessionService(SessionStore store, WorkerPool& workers) : store_(store), workers_(workers) {}

    // Error: conflict `session_active` (another is running), `conflict` (the id belongs to another session), `gone`
    // (its session was deleted).
    Awaitable<Result<MeditationSession>> start(UserId user, StartSession request);
    // Error: not_found; conflict `session_not_active`, `conflict` (completed before with a different duration);
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
    // Each session has its own outcome, in the order of the request.
    Awaitable<Result<ImportResults>> import(UserId user, ImportSessions request);

private:
    // `session` is an abandoned one.
    Awaitable<Result<MeditationSession>> complete_lapsed(UserId user, MeditationSession session,
                                                         CompleteSession request, Timestamp now);

    // Runs the work on that many sessions of an import, on a worker thread if there are more than a few. The import has
    // begun, so it may wait in the queue where new requests may not.
    template <class Work>
    Awaitable<std::invoke_result_t<Work&>> run_on_worker(std::size_t sessions, Work work) {
        if (sessions <= kMaxOnLoop) co_return work();
        co_return co_await workers_.run(std::move(work), WorkerPool::QueuePriority::reserved);
    }

    static constexpr std::size_t kMaxOnLoop = 8;  // 2 ms if all notes have the maximum length

    SessionStore store_;
    WorkerPool& workers_;
    SystemClock clock_;
};

}  // namespace mindspace::meditation
