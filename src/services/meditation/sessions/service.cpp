#include "services/meditation/sessions/service.h"

#include "services/meditation/sessions/import_draft.h"

#include <algorithm>

namespace mindspace::meditation {

namespace {

Error no_such_session() {
    return {ErrorCode::not_found, "not_found", "The session does not exist.", {}};
}

Error conflict(std::string_view reason, std::string_view detail) {
    return {ErrorCode::conflict, std::string(reason), std::string(detail), {}};
}

Error session_not_active() {
    return conflict("session_not_active", "The session has already ended.");
}

Error above_elapsed(Seconds elapsed) {
    schema::Faults faults;
    const schema::Path document;
    faults.add(schema::Path{&document, "durationSeconds"}, "exceeds_elapsed",
               "must be at most the " + std::to_string(elapsed.count()) + " seconds since the start");
    return schema::validation_failed(std::move(faults));
}

bool is_same_start(const MeditationSession& session, const StartSession& request) {
    return session.source == SessionSource::live && session.kind == request.kind &&
           session.planned_seconds == request.planned_seconds && session.mood_before == request.mood_before &&
           (!request.timezone || session.timezone == *request.timezone);
}

// Also true if the duration was cut to the time elapsed.
bool is_same_completion(const MeditationSession& session, const CompleteSession& request) {
    if (!request.duration_seconds || session.duration_seconds == request.duration_seconds) return true;
    if (session.source != SessionSource::live || session.lapsed_at) return false;
    auto elapsed = std::chrono::floor<Seconds>(*session.ended_at - session.started_at);
    return Seconds(*session.duration_seconds) == elapsed && Seconds(*request.duration_seconds) > elapsed &&
           Seconds(*request.duration_seconds) <= elapsed + kElapsedTolerance;
}

}  // namespace

Awaitable<Result<MeditationSession>> SessionService::start(UserId user, StartSession request) {
    auto now = clock_.now();
    auto id = request.id.value_or(MeditationSessionId::make(now));
    auto inserted = co_await store_.insert_active(user, id, request, now);
    if (inserted) co_return std::move(*inserted);
    auto existing = co_await store_.find(user, id);
    if (!existing) {
        bool is_deleted = co_await store_.was_deleted(user, id);
        if (is_deleted) co_return conflict("gone", "The session with this id was deleted. Use a new id.");
        co_return conflict("session_active", "Another session is active. Complete or abandon it first.");
    }
    if (!is_same_start(*existing, request)) co_return conflict("conflict", "This id belongs to another session.");
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::complete(UserId user, MeditationSessionId id,
                                                              CompleteSession request) {
    auto now = clock_.now();
    auto completed = co_await store_.complete(user, id, request, now);
    if (completed) co_return std::move(*completed);
    auto existing = co_await store_.find(user, id);
    if (!existing) co_return no_such_session();
    switch (existing->status) {
        case SessionStatus::active:
            co_return above_elapsed(std::chrono::floor<Seconds>(std::max(now - existing->started_at, Milliseconds(0))));
        case SessionStatus::abandoned:
            co_return co_await complete_lapsed(user, std::move(*existing), std::move(request), now);
        case SessionStatus::completed:
            break;
    }
    if (!is_same_completion(*existing, request))
        co_return conflict("conflict", "This session was completed with another duration.");
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::complete_lapsed(UserId user, MeditationSession session,
                                                                     CompleteSession request, Timestamp now) {
    if (!session.lapsed_at || *session.lapsed_at < now - kLateCompletionWindow) co_return session_not_active();
    if (!request.duration_seconds) {
        schema::Faults faults;
        const schema::Path document;
        faults.add(schema::Path{&document, "durationSeconds"}, "required",
                   "is required because the session was not ended in time");
        co_return schema::validation_failed(std::move(faults));
    }
    Timestamp ended_at = session.started_at + Seconds(*request.duration_seconds);
    auto completed = co_await store_.complete_lapsed(user, session.id, request, ended_at, now);
    if (completed) co_return std::move(*completed);
    // Another device was faster, or has deleted it.
    auto existing = co_await store_.find(user, session.id);
    if (!existing) co_return no_such_session();
    if (existing->status != SessionStatus::completed) co_return session_not_active();
    if (!is_same_completion(*existing, request))
        co_return conflict("conflict", "This session was completed with another duration.");
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::abandon(UserId user, MeditationSessionId id) {
    auto abandoned = co_await store_.abandon(user, id, clock_.now());
    if (abandoned) co_return std::move(*abandoned);
    auto existing = co_await store_.find(user, id);
    if (!existing) co_return no_such_session();
    if (existing->status != SessionStatus::abandoned) co_return session_not_active();
    co_return std::move(*existing);
}

Awaitable<Result<MeditationSession>> SessionService::find(UserId user, MeditationSessionId id) {
    auto session = co_await store_.find(user, id);
    if (!session) co_return no_such_session();
    co_return std::move(*session);
}

Awaitable<Result<MeditationSession>> SessionService::update(UserId user, MeditationSessionId id, SessionPatch patch,
                                                            std::optional<std::int32_t> expected_version) {
    auto updated = co_await store_.update(user, id, std::move(patch), expected_version, clock_.now());
    if (updated) co_return std::move(*updated);
    auto existing = co_await store_.find(user, id);
    if (!existing) co_return no_such_session();
    if (expected_version && existing->version != *expected_version) co_return precondition_failed();
    co_return std::move(*existing);  // it already has these values
}

Awaitable<Result<>> SessionService::erase(UserId user, MeditationSessionId id,
                                          std::optional<std::int32_t> expected_version) {
    bool erased = co_await store_.erase(user, id, expected_version, clock_.now());
    if (erased) co_return Result<>{};
    auto existing = co_await store_.find(user, id);
    co_return existing ? precondition_failed() : no_such_session();
}

Awaitable<Result<ImportResults>> SessionService::import(UserId user, ImportSessions request) {
    const auto now = clock_.now();
    const auto count = request.sessions.size();
    auto draft_import = [user, now, request = std::move(request)]() mutable {
        return ImportDraft(user, std::move(request), now);
    };
    auto draft = co_await run_on_worker(count, std::move(draft_import));
    if (draft.queries.empty()) co_return std::move(draft.response);
    auto outcomes = co_await store_.import(std::move(draft.queries));
    auto others = draft.record_created(outcomes);
    if (others.empty()) co_return std::move(draft.response);
    auto known = co_await store_.find_known(user, std::move(others));
    auto compare = [draft = std::move(draft), known = std::move(known)]() mutable {
        draft.compare(known);
        return std::move(draft.response);
    };
    co_return co_await run_on_worker(count, std::move(compare));
}

}  // namespace mindspace::meditation
